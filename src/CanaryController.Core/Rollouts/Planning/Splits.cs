using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>The split that a state asks for, and whether the router carries it out.</summary>
internal static class Splits
{
    /// <summary>Null only before the rollout was adopted.</summary>
    public static TrafficSplit? Wanted(RolloutState state)
    {
        if (state.StableRevision is not { } stable)
        {
            return null;
        }

        return state.Phase.IsAtRest() || state.CanaryRevision is null
            ? TrafficSplit.AllTo(stable)
            : new TrafficSplit(stable, state.CanaryRevision, state.Weight, Matches(state)) { IsMirrored = IsMirrored(state) };
    }

    /// <summary>
    /// A canary that starts must be named by the router at weight 0, which proves that it knows the version; elsewhere it is enough that requests go the same way.
    /// </summary>
    public static bool IsTakenUp(RolloutState state, RouteObservation route) => route.Accepted && IsApplied(state, route);

    public static bool IsApplied(RolloutState state, RouteObservation route) =>
        route.Applied is { } applied && Wanted(state) is { } wanted
        && (state.Phase is RolloutPhase.Initializing ? applied == wanted : applied.RoutesAlike(wanted));

    /// <summary>A canary that gets everything needs no matches, and none is left over when it is promoted.</summary>
    private static EquatableArray<RequestMatch> Matches(RolloutState state) =>
        state.Weight < CanaryWeight.Full && InForce(state) is { } step ? step.Matches : [];

    /// <summary>Beside a weight the canary would get its own requests once more.</summary>
    private static bool IsMirrored(RolloutState state) => state.Weight == CanaryWeight.Zero && InForce(state) is { IsMirrored: true };

    /// <summary>The step whose matches and mirror are in force; null for none.</summary>
    private static RolloutStep? InForce(RolloutState state) => state.Phase switch
    {
        RolloutPhase.Progressing or RolloutPhase.WaitingApproval => OfStep(state),
        RolloutPhase.Paused => state.PausedFrom is RolloutPhase.Initializing ? null : OfStep(state),
        RolloutPhase.Promoting => state.Weight > CanaryWeight.Zero ? Steps.Present(state) : null,
        RolloutPhase.Idle or RolloutPhase.Initializing or RolloutPhase.Promoted or RolloutPhase.Aborting or RolloutPhase.Aborted
            or RolloutPhase.Invalid => null,
    };

    /// <summary>What a step asks for beside its weight comes into force with its full weight; until then that of the step before stays.</summary>
    private static RolloutStep? OfStep(RolloutState state) =>
        state.Weight >= Steps.Present(state).Weight ? Steps.Present(state)
        : state.StepIndex > 0 && state.StepIndex <= state.Plan.Count ? state.Plan[state.StepIndex - 1]
        : null;
}
