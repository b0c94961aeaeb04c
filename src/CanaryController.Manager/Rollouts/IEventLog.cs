using CanaryController.Core.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;

namespace CanaryController.Manager.Rollouts;

/// <summary>The transitions of all rollouts in one order, as the API tells them.</summary>
internal interface IEventLog
{
    /// <summary>The newest event's id; 0 before the first.</summary>
    long LastId { get; }

    /// <summary>Events after <paramref name="id"/>, oldest first.</summary>
    IReadOnlyList<StoredTransition> After(long id, int limit);

    /// <summary>The last events of a rollout, newest first.</summary>
    IReadOnlyList<RolloutEvent> Of(RolloutKey key, int limit);
}

/// <summary>A transition as stored.</summary>
/// <param name="Id">Rises over all rollouts.</param>
/// <param name="Key">The rollout.</param>
/// <param name="Transition">What changed.</param>
internal sealed record StoredTransition(long Id, RolloutKey Key, Transition Transition)
{
    /// <summary>In the API's words.</summary>
    public RolloutEvent ToEvent() => HistoryViews.Event(Id, Key, Transition);
}
