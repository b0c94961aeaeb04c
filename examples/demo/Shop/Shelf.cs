namespace CanaryController.Examples.Shop;

/// <summary>Decides what becomes of each request. Safe to call from many threads.</summary>
internal sealed class Shelf(ShopOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(options.Seed);
    private long? _firstRequest;

    /// <summary>What becomes of the next request: how long it takes and whether it fails.</summary>
    public (TimeSpan Latency, bool Fails) Next()
    {
        lock (_gate)
        {
            _firstRequest ??= time.GetTimestamp();
            var faulty = time.GetElapsedTime(_firstRequest.Value) >= options.HealthyFor;
            var fails = _random.NextDouble() * 100 < (faulty ? options.ErrorPercent : options.HealthyErrorPercent);
            return (options.Latency.Draw(_random, faulty), fails);
        }
    }
}
