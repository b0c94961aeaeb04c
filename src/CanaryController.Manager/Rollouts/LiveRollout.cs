using System.Collections.Concurrent;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Api;
using CanaryController.Resources;

namespace CanaryController.Manager.Rollouts;

/// <summary>What was seen when a rollout was decided about last. Not persisted: after a restart the first decision makes it anew.</summary>
/// <param name="Seen">The observation, with what acting changed; its analysis is the attempt's last one once nothing is gathered any more.</param>
/// <param name="Failure">Why the last try to decide or to act failed; null when it went well.</param>
/// <param name="Retreat">Why traffic was taken from the canary by a decision that could not be stored; it is decided again until it is. Null otherwise.</param>
/// <param name="FailingSince">Since when every try failed; null when the last one went well.</param>
internal sealed record LiveRollout(RolloutObservation? Seen, string? Failure, string? Retreat = null, DateTimeOffset? FailingSince = null)
{
    /// <summary>Nothing was seen yet.</summary>
    public static LiveRollout None { get; } = new(null, null);

    /// <summary>It has failed for so long that a person is called.</summary>
    public bool IsLasting(DateTimeOffset now) => FailingSince is { } since && now - since >= RolloutConditions.Patience;

    /// <summary>When that will be; null when it does not fail, or a person was called.</summary>
    public DateTimeOffset? CalledAt(DateTimeOffset now) => IsLasting(now) ? null : FailingSince + RolloutConditions.Patience;

    /// <summary>The same after another try.</summary>
    public LiveRollout With(string? failure, DateTimeOffset now) => this with { Failure = failure, FailingSince = failure is null ? null : FailingSince ?? now };
}

/// <summary>The rollouts as seen last.</summary>
internal sealed class LiveRollouts
{
    private readonly ConcurrentDictionary<RolloutKey, LiveRollout> _rollouts = new();

    public LiveRollout Find(RolloutKey key) => _rollouts.GetValueOrDefault(key, LiveRollout.None);

    public void Set(RolloutKey key, LiveRollout seen) => _rollouts[key] = seen;

    public void Remove(RolloutKey key) => _rollouts.TryRemove(key, out _);
}
