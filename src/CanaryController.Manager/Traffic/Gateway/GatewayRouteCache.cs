namespace CanaryController.Manager.Traffic.Gateway;

/// <summary>
/// One gateway's routes, read by one GET that all rollouts share: whoever asks while it is under way waits for the same answer, and an answer counts for
/// <see cref="MaxAge"/>. A failure counts as long, so that a gateway that hangs is not asked once a rollout.
/// </summary>
/// <remarks>
/// Threads: everything is guarded by one lock that is never held over I/O. A PUT's answer replaces what is kept; a GET that began before the PUT was
/// answered may be older, and never overwrites it.
/// </remarks>
internal sealed class GatewayRouteCache(GatewayClient client, TimeProvider time)
{
    /// <summary>How long an answer counts.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private const int MaxReads = 4;

    private readonly Lock _lock = new();
    private Dictionary<string, Entry> _routes = new(StringComparer.Ordinal);
    private string? _problem;
    private long? _readAt;
    private int _epoch;
    private Task? _reading;

    /// <summary>The route as it was at most <see cref="MaxAge"/> ago, or why it is not known.</summary>
    public async Task<GatewayAnswer<GatewayRoute>> GetAsync(string route, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxReads; attempt++)
        {
            Task reading;
            lock (_lock)
            {
                if (_readAt is { } at && time.GetElapsedTime(at) < MaxAge)
                {
                    return Find(route);
                }

                // The GET belongs to everybody who waits: one caller who gives up does not end it; its own deadline does.
                var epoch = _epoch;
                reading = _reading ??= Task.Run(() => ReadAsync(epoch), CancellationToken.None);
            }

            await reading.WaitAsync(cancellation);
        }

        return new(null, null, $"What route '{route}' of gateway '{client.Name}' carries out changes faster than it can be read.");
    }

    /// <summary>The generation that was seen last; null when that is not known.</summary>
    public long? Generation(string route)
    {
        lock (_lock)
        {
            return _routes.TryGetValue(route, out var entry) ? entry.Route.Generation : null;
        }
    }

    /// <summary>Keeps what the gateway just answered for one route.</summary>
    public void Keep(GatewayRoute route)
    {
        lock (_lock)
        {
            _routes[route.Name] = new(route, time.GetTimestamp());
        }
    }

    /// <summary>What is kept for the route may be wrong now (a PUT without an answer): the next reader asks the gateway.</summary>
    public void Invalidate(string route)
    {
        lock (_lock)
        {
            _routes.Remove(route);
            _readAt = null;
            _reading = null;
            _epoch++;
        }
    }

    private async Task ReadAsync(int epoch)
    {
        var startedAt = time.GetTimestamp();
        var answer = await client.ListAsync(CancellationToken.None);
        lock (_lock)
        {
            if (epoch != _epoch)
            {
                return;
            }

            _reading = null;
            _problem = answer.Problem;
            _readAt = time.GetTimestamp();
            if (answer.Value is not { } list)
            {
                return;
            }

            var fresh = new Dictionary<string, Entry>(list.Routes.Count, StringComparer.Ordinal);
            foreach (var route in list.Routes)
            {
                fresh[route.Name] = _routes.TryGetValue(route.Name, out var kept) && kept.AsOf > startedAt ? kept : new(route, startedAt);
            }

            _routes = fresh;
        }
    }

    private GatewayAnswer<GatewayRoute> Find(string route)
    {
        if (_problem is not null)
        {
            return new(null, null, _problem);
        }

        return _routes.TryGetValue(route, out var entry)
            ? new(entry.Route, null, null)
            : new(null, null, $"Gateway '{client.Name}' has no route '{route}'.");
    }

    private readonly record struct Entry(GatewayRoute Route, long AsOf);
}
