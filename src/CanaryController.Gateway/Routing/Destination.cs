namespace CanaryController.Gateway.Routing;

/// <summary>One address of a version and what the active checks say of it.</summary>
internal sealed class Destination(string address, DestinationHealth health)
{
    private volatile DestinationHealth _health = health;
    private int _failuresInARow;

    /// <summary>Where requests go: <c>http://host:port</c>, without a slash at the end.</summary>
    public string Address => address;

    public DestinationHealth Health => _health;

    /// <summary>Notes a check's outcome. One failure takes out an address that never passed; a healthy one is given <paramref name="unhealthyAfter"/>.</summary>
    public void Checked(bool passed, int unhealthyAfter)
    {
        if (passed)
        {
            _failuresInARow = 0;
            _health = DestinationHealth.Healthy;
            return;
        }

        _failuresInARow++;
        if (_health != DestinationHealth.Healthy || _failuresInARow >= unhealthyAfter)
        {
            _health = DestinationHealth.Unhealthy;
        }
    }
}

/// <summary>What is known of an address.</summary>
internal enum DestinationHealth
{
    /// <summary>Not checked yet: it may get requests, but nobody is told that it is healthy.</summary>
    Unknown,

    /// <summary>Passed its last checks, or there are none.</summary>
    Healthy,

    /// <summary>Gets no requests until it passes a check.</summary>
    Unhealthy,
}
