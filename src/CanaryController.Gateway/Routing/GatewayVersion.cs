using System.Collections.Immutable;
using System.Net;
using CanaryController.Gateway.Configuration;
using CanaryController.Gateway.Metrics;
using Yarp.ReverseProxy.Forwarder;

namespace CanaryController.Gateway.Routing;

/// <summary>A version of a route at work: its addresses in turn, its metrics, and how requests are sent to it.</summary>
internal sealed class GatewayVersion
{
    private readonly Lock _healthChanging = new();
    private volatile Destination[] _usable = [];
    private uint _turn;

    public GatewayVersion(GatewayRouteOptions route, VersionOptions options, VersionMetrics metrics, GatewayVersion? before)
    {
        (Name, Metrics) = (options.Name, metrics);
        // An address that was there before keeps what is known of its health: an edit elsewhere must not make it look new.
        Destinations = [.. options.Addresses.Select(address => route.Health is null
            ? new Destination(address, DestinationHealth.Healthy)
            : before?.Destinations.FirstOrDefault(known => known.Address == address) ?? new Destination(address, DestinationHealth.Unknown))];
        RequestConfig = new ForwarderRequestConfig
        {
            ActivityTimeout = route.Timeout,
            Version = options.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = options.Http2 ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower,
            AllowResponseBuffering = false,
        };
        HealthChanged();
    }

    public string Name { get; }

    public VersionMetrics Metrics { get; }

    public ImmutableArray<Destination> Destinations { get; }

    public ForwarderRequestConfig RequestConfig { get; }

    public int Healthy => Destinations.Count(destination => destination.Health == DestinationHealth.Healthy);

    /// <summary>The next address in turn; null when all are unhealthy.</summary>
    public Destination? Next()
    {
        var usable = _usable;
        return usable.Length switch
        {
            0 => null,
            1 => usable[0],
            _ => usable[Interlocked.Increment(ref _turn) % (uint)usable.Length],
        };
    }

    /// <summary>Takes up what the checks found.</summary>
    public void HealthChanged()
    {
        // Checks of several addresses end at once: the last to write must have seen all.
        lock (_healthChanging)
        {
            _usable = [.. Destinations.Where(destination => destination.Health != DestinationHealth.Unhealthy)];
            Metrics.Healthy(Healthy);
        }
    }
}
