namespace CanaryController.Gateway.Routing;

/// <summary>Finds a request's route: named hosts before any host, then the longer path. Immutable.</summary>
internal sealed class RouteTable
{
    private readonly Entry[] _entries;
    private readonly bool _asksForHost;

    public RouteTable(IEnumerable<GatewayRoute> routes)
    {
        Routes = [.. routes];
        _entries = [.. Routes
            .SelectMany(route => route.Plan.Options.Hosts.IsEmpty
                ? [new Entry(null, route.Plan.Options.Path, route)]
                : route.Plan.Options.Hosts.Select(host => new Entry(host, route.Plan.Options.Path, route)))
            .OrderBy(entry => entry.Host is null)
            .ThenByDescending(entry => entry.Path.Length)];
        _asksForHost = _entries.Any(entry => entry.Host is not null);
    }

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<GatewayRoute> Routes { get; }

    public GatewayRoute? Find(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        var host = _asksForHost ? request.Host.Host : null;
        foreach (var entry in _entries)
        {
            if (entry.Takes(host, path))
            {
                return entry.Route;
            }
        }

        return null;
    }

    private sealed record Entry(string? Host, string Path, GatewayRoute Route)
    {
        public bool Takes(string? host, string path) =>
            (Host is null || Host.Equals(host, StringComparison.OrdinalIgnoreCase))
            && (Path.Length == 1 || (path.StartsWith(Path, StringComparison.Ordinal) && (path.Length == Path.Length || path[Path.Length] == '/')));
    }
}
