using System.Text.Json.Nodes;

namespace CanaryController.Benchmarks.Kubernetes;

/// <summary>Plays the gateway: accepts each generation of every HTTPRoute in its status, and notes when a route gave its canary nothing.</summary>
internal sealed class Mesh : IAsyncDisposable
{
    private readonly KubeClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _following;
    private readonly Lock _gate = new();
    private readonly List<Seen> _changes = [];

    public Mesh(KubeClient client)
    {
        _client = client;
        _following = Task.Run(FollowAsync);
    }

    /// <summary>When a route was first seen to give its canary nothing since <paramref name="since"/>; null when it was not.</summary>
    public long? WithoutCanary(string ns, string route, long since)
    {
        lock (_gate)
        {
            return _changes.Find(seen => seen.Namespace == ns && seen.Route == route && seen.CanaryPercent == 0 && seen.At >= since)?.At;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        _stop.Dispose();
    }

    private async Task FollowAsync()
    {
        try
        {
            await foreach (var route in _client.WatchAsync(KubeKind.HttpRoute, _stop.Token))
            {
                var at = TimeProvider.System.GetTimestamp();
                var (ns, name) = ((string)route["metadata"]!["namespace"]!, (string)route["metadata"]!["name"]!);
                lock (_gate)
                {
                    _changes.Add(new(ns, name, CanaryPercent(route), at));
                }

                var generation = (long)route["metadata"]!["generation"]!;
                if (generation > Accepted(route))
                {
                    await _client.MergeAsync(KubeKind.HttpRoute, ns, name, Acceptance(route, generation), _stop.Token, "status");
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The bench ends.
        }
        catch (Exception ended) when (ended is IOException or HttpRequestException)
        {
            // The stub ends before.
        }
    }

    private static double CanaryPercent(JsonObject route)
    {
        var backends = ((JsonArray)route["spec"]!["rules"]![0]!["backendRefs"]!).Select(each => (Name: (string)each!["name"]!, Weight: (double?)each["weight"] ?? 1)).ToList();
        var all = backends.Sum(each => each.Weight);
        return all == 0 ? 0 : 100 * backends.Where(each => each.Name.EndsWith("-canary", StringComparison.Ordinal)).Sum(each => each.Weight) / all;
    }

    private static long Accepted(JsonObject route) => (long?)route["status"]?["parents"]?[0]?["conditions"]?[0]?["observedGeneration"] ?? 0;

    private static JsonObject Acceptance(JsonObject route, long generation) => new()
    {
        ["status"] = new JsonObject
        {
            ["parents"] = new JsonArray([.. ((JsonArray)route["spec"]!["parentRefs"]!).Select(parent => (JsonNode)new JsonObject
            {
                ["parentRef"] = parent!.DeepClone(),
                ["controllerName"] = "canarycontroller.io/bench-mesh",
                ["conditions"] = new JsonArray(Condition("Accepted", generation), Condition("ResolvedRefs", generation)),
            })]),
        },
    };

    private static JsonObject Condition(string type, long generation) => new()
    {
        ["type"] = type,
        ["status"] = "True",
        ["reason"] = type,
        ["message"] = "",
        ["observedGeneration"] = generation,
        ["lastTransitionTime"] = TimeProvider.System.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ"),
    };

    /// <summary>A route as it was seen.</summary>
    /// <param name="Namespace">Its namespace.</param>
    /// <param name="Route">Its name.</param>
    /// <param name="CanaryPercent">What the canary's Service gets.</param>
    /// <param name="At">When it was seen, as a timestamp of the system's clock.</param>
    private sealed record Seen(string Namespace, string Route, double CanaryPercent, long At);
}
