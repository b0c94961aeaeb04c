using CanaryController.Core.Rollouts;

namespace CanaryController.Manager.Rollouts;

/// <summary>When a rollout is decided about again.</summary>
/// <param name="WakeAt">At this moment if nothing else happens; null = only when something happens.</param>
/// <param name="RetryWithin">Set when the router did not answer or did not do as asked: ask again after a rest, at most this long.</param>
internal readonly record struct ReconcileOutcome(DateTimeOffset? WakeAt, TimeSpan? RetryWithin)
{
    /// <summary>Only when something happens.</summary>
    public static ReconcileOutcome AtRest => default;

    /// <summary>There is more to do right now, but others come first.</summary>
    public static ReconcileOutcome Again(DateTimeOffset now) => new(now, null);

    /// <summary>The same, and again at <paramref name="moment"/> if nothing happens before; null adds nothing.</summary>
    public ReconcileOutcome AtLatest(DateTimeOffset? moment) => RetryWithin is null && moment is { } at && !(WakeAt <= at) ? this with { WakeAt = at } : this;

    /// <summary>As the planner says, unless the router has to be asked again: soon while traffic may be where it should not, later at rest.</summary>
    public static ReconcileOutcome After(Decision decision, EffectResult acted, KnownReading reading) => (acted.Failure, reading.Reading.Route.Problem) switch
    {
        (null, null) => new(decision.WakeAt, null),
        (null, _) when decision.Next.Phase.IsAtRest() && decision.Next.StableRevision is not null => new(null, Backoff.LongestAfterFailure),
        _ => new(null, Backoff.LongestForRouter),
    };
}
