using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Laws;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;
using CanaryController.EndToEnd.Tests.Kubernetes.Watching;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Mesh;

/// <summary>
/// Plays the gateways and meshes: accepts each generation of the routes in their status, where theirs say something, and counts the requests that they would route. No request is sent: what is counted follows from the routes, the
/// Services' endpoints and the pods as the API server tells them.
/// </summary>
internal sealed class MeshSimulator : IAsyncDisposable
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(100);

    private readonly KubeClient _client;
    private readonly TimeProvider _time;
    private readonly MeshMetrics _metrics;
    private readonly ConcurrentDictionary<(string Namespace, string Shop), ShopTraffic> _shops = new();
    private readonly ConcurrentDictionary<(string Namespace, string Route), long> _accepted = new();
    private readonly ConcurrentDictionary<(string Namespace, string Route), Task> _accepting = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _counting;

    /// <summary>Starts it; its metrics are served on <paramref name="metricsPort"/>.</summary>
    public MeshSimulator(KubeClient client, int metricsPort, TimeProvider time)
    {
        (_client, _time) = (client, time);
        _metrics = new(metricsPort);
        _counting = Task.Run(CountAsync, CancellationToken.None);
    }

    /// <summary>Carries the routes of a namespace from now on.</summary>
    public void Carry(NamespaceView view)
    {
        foreach (var kind in RouteForm.Kinds.Concat(RouteForm.Companions))
        {
            foreach (var route in view.All(kind))
            {
                Accept(view.Name, kind, route);
            }
        }

        view.Happened.Add(happened =>
        {
            if (!happened.IsDeleted)
            {
                Accept(view.Name, happened.Kind, happened.Item);
            }
        });
    }

    /// <summary>Sends requests to a shop from now on, until it is forgotten.</summary>
    public ShopTraffic Send(NamespaceView view, string shop, int requestsPerSecond)
    {
        var traffic = new ShopTraffic(view.Name, shop, requestsPerSecond);
        view.Happened.Add(traffic.Observe);
        foreach (var kind in (KubeKind[])[KubeKind.Pod, KubeKind.EndpointSlice, .. RouteForm.Companions, .. RouteForm.Kinds])
        {
            foreach (var item in view.All(kind))
            {
                traffic.Observe(new(kind, item, false, _time.GetUtcNow()));
            }
        }

        return _shops[(view.Name, shop)] = traffic;
    }

    /// <summary>Sends no more requests to a shop.</summary>
    public void Forget(NamespaceView view, string shop)
    {
        if (_shops.TryRemove((view.Name, shop), out var traffic))
        {
            view.Happened.Remove(traffic.Observe);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _counting;
        _stop.Dispose();
        _metrics.Dispose();
    }

    private async Task CountAsync()
    {
        using var timer = new PeriodicTimer(_tick, _time);
        var last = _time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                var now = _time.GetTimestamp();
                var elapsed = _time.GetElapsedTime(last, now);
                last = now;
                foreach (var shop in _shops.Values)
                {
                    shop.Count(elapsed, _metrics);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The mesh ends.
        }
    }

    private void Accept(string ns, KubeKind kind, JsonObject route)
    {
        var (key, generation) = ((ns, route.Uid()), route.Int("metadata", "generation") ?? 0);
        if ((RouteForm.Of(kind) ?? OfAnswered(kind))?.Accepted(route, _time.GetUtcNow()) is not { } status || (_accepted.TryGetValue(key, out var known) && known >= generation))
        {
            return;
        }

        _accepted[key] = generation;
        _accepting[key] = AcceptAsync(_accepting.GetValueOrDefault(key, Task.CompletedTask), key, kind, route.Name(), new JsonObject { ["status"] = status });
    }

    /// <summary>consul-k8s answers in the same way for both of its kinds; Istio answers for none.</summary>
    private static RouteForm? OfAnswered(KubeKind kind) => kind == KubeKind.ServiceResolver ? RouteForm.OfCompanion(kind) : null;

    /// <summary>One after the other: were two under way at once, an older generation could be accepted last, and the newer one never again.</summary>
    private async Task AcceptAsync(Task before, (string Namespace, string Uid) key, KubeKind kind, string name, JsonObject status)
    {
        await before;
        try
        {
            await _client.MergeAsync(kind, key.Namespace, name, status, _stop.Token, "status");
        }
        catch (Exception lost) when (lost is HttpRequestException or OperationCanceledException)
        {
            // The next change of the route is accepted again.
            _accepted.TryRemove(key, out _);
        }
    }
}

/// <summary>The requests to one shop.</summary>
internal sealed class ShopTraffic(string ns, string shop, int requestsPerSecond)
{
    private readonly Lock _gate = new();
    private readonly World _world = new(shop);
    private readonly Dictionary<string, string> _releases = [];
    private readonly Dictionary<string, double> _owed = [];
    private readonly ConcurrentDictionary<string, Behaviour> _behaviours = new(StringComparer.Ordinal);

    /// <summary>How pods of a release answer; without this at once and well.</summary>
    public void Behave(string release, double failingPercent, TimeSpan duration) => _behaviours[release] = new(failingPercent, duration);

    /// <summary>Takes a change over.</summary>
    public void Observe(ClusterEvent happened)
    {
        lock (_gate)
        {
            if (_world.Concerns(happened))
            {
                _world.Apply(happened);
                if (happened.Kind == KubeKind.Pod)
                {
                    _releases[happened.Item.Hash()] = happened.Item.Label("release") ?? "";
                }
            }
        }
    }

    /// <summary>Counts the requests of a while.</summary>
    public void Count(TimeSpan elapsed, MeshMetrics metrics)
    {
        lock (_gate)
        {
            foreach (var (hash, share) in _world.Traffic)
            {
                var behaviour = _behaviours.GetValueOrDefault(_releases.GetValueOrDefault(hash, ""), Behaviour.Good);
                var requests = Due(hash, share * requestsPerSecond * elapsed.TotalSeconds);
                metrics.Count($"{ns}/{shop}", hash, requests, Due($"{hash} failed", requests * behaviour.FailingPercent / 100), behaviour.Duration);
            }
        }
    }

    // Whole requests; what is left of one is carried over to the next while.
    private long Due(string what, double requests)
    {
        var owed = _owed.GetValueOrDefault(what) + requests;
        var whole = (long)owed;
        _owed[what] = owed - whole;
        return whole;
    }

    private sealed record Behaviour(double FailingPercent, TimeSpan Duration)
    {
        public static readonly Behaviour Good = new(0, TimeSpan.FromMilliseconds(8));
    }
}
