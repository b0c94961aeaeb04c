using System.Collections.Concurrent;
using CanaryController.Core.Rollouts;
using CanaryController.Resources;

namespace CanaryController.Manager.Rollouts;

/// <summary>What was seen when a rollout was decided about last. Not persisted: after a restart the first decision makes it anew.</summary>
/// <param name="Seen">The observation, with what acting changed; its analysis is the attempt's last one once nothing is gathered any more.</param>
/// <param name="Failure">Why the last try to decide or to act failed; null when it went well.</param>
/// <param name="Retreat">Why traffic was taken from the canary by a decision that could not be stored; it is decided again until it is. Null otherwise.</param>
internal sealed record LiveRollout(RolloutObservation? Seen, string? Failure, string? Retreat = null)
{
    /// <summary>Nothing was seen yet.</summary>
    public static LiveRollout None { get; } = new(null, null);
}

/// <summary>The rollouts as seen last.</summary>
internal sealed class LiveRollouts
{
    private readonly ConcurrentDictionary<RolloutKey, LiveRollout> _rollouts = new();

    public LiveRollout Find(RolloutKey key) => _rollouts.GetValueOrDefault(key, LiveRollout.None);

    public void Set(RolloutKey key, LiveRollout seen) => _rollouts[key] = seen;

    public void Remove(RolloutKey key) => _rollouts.TryRemove(key, out _);
}
