namespace CanaryController.ApiServerStub.Storage;

/// <summary>Addresses of Services: 10.96.0.0/16, counted up.</summary>
internal sealed class ClusterAddresses(Database database)
{
    private const int Size = 65_000;
    private int _last = 9;

    public string Next()
    {
        var taken = database.Table("core/services").Count;
        if (taken >= Size)
        {
            throw Refusal.Of(500, "InternalError", "failed to allocate a serviceIP: range is full");
        }

        _last = (_last % Size) + 1;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"10.96.{_last / 250}.{(_last % 250) + 1}");
    }
}
