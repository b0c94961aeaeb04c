using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>
/// What waits while a window is closed: starts, and traffic that would move forward. Aborts and rollbacks never ask here. An undo is a rollback too, and for whom the glass was broken nothing is closed.
/// </summary>
internal static class Windows
{
    /// <summary>The weight of the revision under way may rise, and a step may be left.</summary>
    public static bool MayAdvance(RolloutState state, RolloutObservation seen) => seen.Window.IsOpen || state.Undo || IsBrokenFor(state, state.CanaryRevision);

    /// <summary>What was asked for may start now.</summary>
    public static bool MayStart(RolloutState state, RolloutObservation seen, StartRequest request) =>
        (seen.Window.IsOpen && seen.StartLimit is null) || IsWayBack(state, request) || IsBrokenFor(state, request.Revision);

    /// <summary>Only the window keeps the weight below <paramref name="target"/>: that is nobody's delay, and no deadline runs.</summary>
    public static bool Keeps(Turn turn, CanaryWeight target) => turn.State.Weight < target && !MayAdvance(turn.State, turn.Seen);

    /// <summary>The retry of an undo is one too.</summary>
    public static bool IsWayBack(RolloutState state, StartRequest request) =>
        request.Reason is RolloutReason.UndoRequested || (request.Reason is RolloutReason.RetryRequested && state.Undo && request.Revision == state.CanaryRevision);

    public static bool IsBrokenFor(RolloutState state, string? revision) => state.Glass is { } glass && glass.Revision == revision;

    /// <summary>When a rollout that waits for an opening is to be looked at again.</summary>
    public static DateTimeOffset? Opening(RolloutState state, RolloutObservation seen) => seen.Window.OpensAt is { } opens && IsWaiting(state, seen) ? opens : null;

    /// <summary>A closed window stands in the way of the revision under way, or of the one that is asked for.</summary>
    public static bool IsWaiting(RolloutState state, RolloutObservation seen) => !seen.Window.IsOpen && state switch
    {
        { Phase: RolloutPhase.Promoting, HandOverStarted: true } or { Phase: RolloutPhase.Promoting, Weight.BasisPoints: CanaryWeight.WholeBasisPoints } => false,
        { Phase: RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.WaitingApproval or RolloutPhase.Promoting } => !MayAdvance(state, seen),
        { Pending: { } pending } when state.Phase.IsAtRest() => !MayStart(state, seen, pending),
        _ => false,
    };

    /// <summary>What becomes of the broken glass when the attempt of <paramref name="revision"/> ends.</summary>
    public static BrokenGlass? GlassAfter(RolloutState state, string? revision) => IsBrokenFor(state, revision) ? null : state.Glass;

    /// <summary>For the history.</summary>
    public static string? Describe(BrokenGlass? glass) => glass is null ? null : $"{glass.Actor}: {glass.Reason}";
}
