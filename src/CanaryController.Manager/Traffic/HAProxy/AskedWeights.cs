using System.Collections.Concurrent;
using System.Collections.Frozen;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>
/// What was asked of each backend last. Weights are coarse, so that several splits look the same, and HAProxy keeps no notes: with this memory a reading names the split that was meant. It is lost
/// with the process, and then a reading names the roundest split that the weights stand for.
/// </summary>
internal sealed class AskedWeights
{
    private readonly ConcurrentDictionary<RouteTarget, Asked> _asked = new();

    /// <summary>What was asked of <paramref name="target"/> last; null when nothing was.</summary>
    public Asked? Find(RouteTarget target) => _asked.GetValueOrDefault(target);

    /// <summary>Keeps what is asked now. Servers of earlier versions that got weight 0 stay known as long as the backend has them.</summary>
    public void Keep(RouteTarget target, TrafficSplit split, WeightPlan plan, ProxyBackend backend)
    {
        var weights = new Dictionary<string, int>(plan.Weights, StringComparer.Ordinal);
        foreach (var server in backend.Servers)
        {
            if (Find(target)?.Weights.GetValueOrDefault(server.Name, -1) is 0)
            {
                weights.TryAdd(server.Name, 0);
            }
        }

        _asked[target] = new(split, weights.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>Nothing is asked of it any more.</summary>
    public void Forget(RouteTarget target) => _asked.TryRemove(target, out _);
}

/// <summary>What was asked of a backend.</summary>
/// <param name="Split">In the planner's words.</param>
/// <param name="Weights">By the server's name, those among it that have got 0 since they were first seen here.</param>
internal sealed record Asked(TrafficSplit Split, FrozenDictionary<string, int> Weights)
{
    /// <summary>Servers that were given weight 0.</summary>
    public IReadOnlySet<string> Cleared { get; } = Weights.Where(pair => pair.Value == 0).Select(pair => pair.Key).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The servers weigh what was asked: nobody else changed them, and no reload did.</summary>
    public bool IsKept(ProxyBackend backend) => backend.Servers.All(server => !Weights.TryGetValue(server.Name, out var weight) || weight == server.Weight);
}
