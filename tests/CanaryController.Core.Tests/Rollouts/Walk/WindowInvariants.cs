using CanaryController.Core.Rollouts;

namespace CanaryController.Core.Tests.Rollouts.Walk;

internal static class WindowInvariants
{
    /// <summary>While a window is closed no weight rises, no step is left and nothing starts, but for an undo and for a revision for which the glass was broken.</summary>
    public static string? NothingAdvancesWhileClosed(Edge edge)
    {
        var (before, after) = (edge.State, edge.After);
        if (edge.Seen.Window.IsOpen || after.Undo || after.Phase is RolloutPhase.Aborting or RolloutPhase.Aborted || IsGlassBroken(edge))
        {
            return null;
        }

        return !Invariants.SameAttempt(edge) && after.CanaryRevision is not null ? "An attempt began while the window was closed."
            : !Invariants.SameAttempt(edge) || after.Phase is RolloutPhase.Promoted ? null
            : after.Weight > before.Weight ? $"The weight rose from {before.Weight} to {after.Weight} while the window was closed."
            : after.StepIndex > before.StepIndex || (after.Phase is RolloutPhase.Promoting && before.Phase is not RolloutPhase.Promoting) ? "A step was left while the window was closed."
            : null;
    }

    /// <summary>What rolls back at once while the window is open does so while it is closed. Only waiting that the window itself causes is not held against a canary.</summary>
    public static string? RollbacksNeverWait(Edge edge)
    {
        if (edge.Seen is { Window.IsOpen: true, StartLimit: null })
        {
            return null;
        }

        var open = edge.Decide(edge.Spec, edge.Before, edge.Seen with { Window = WindowObservation.Open, StartLimit = null });
        return open.Transitions is [{ To: RolloutPhase.Aborting, Reason: not (RolloutReason.ProgressDeadlineExceeded or RolloutReason.HoldLimitExceeded) } first, ..]
            && !edge.Decision.Transitions.Any(one => one.To is RolloutPhase.Aborting && one.Reason == first.Reason && one.Weight == first.Weight)
            ? $"A rollback waited: {first}"
            : null;
    }

    /// <summary>Whoever would go on in an open window is woken when it opens.</summary>
    public static string? WakesAtTheOpening(Edge edge)
    {
        if (edge.Seen.Window is not { IsOpen: false, OpensAt: { } opens } || edge.Decision.Forget)
        {
            return null;
        }

        var opened = edge.Decide(edge.Spec, edge.After, edge.Seen with { Window = WindowObservation.Open, Command = null });
        return !ReferenceEquals(opened.Next, edge.After) && !(edge.Decision.WakeAt <= opens) ? $"It sleeps through the opening: {opened.Next}" : null;
    }

    /// <summary>Nothing new starts beyond the limit on rollouts under way, but for an undo and for a revision for which the glass was broken.</summary>
    public static string? StartsWaitForRoom(Edge edge) =>
        edge.Seen.StartLimit is not null && edge.State.Phase.IsAtRest() && edge.State.StableRevision is not null && !Invariants.SameAttempt(edge)
        && !edge.After.Undo && edge.After.Phase is not (RolloutPhase.Aborting or RolloutPhase.Aborted) && !IsGlassBroken(edge)
            ? "An attempt began although there was no room."
            : null;

    /// <summary>Who waits for a window or for room says so.</summary>
    public static string? SaysWhatKeepsAStart(Edge edge) =>
        edge.After is { Pending: not null, StableRevision: not null } after && after.Phase.IsAtRest() && !edge.Seen.Leaves
        && !RolloutExplanation.WaitingFor(edge.Spec, after, edge.Seen).Any(one => one.StartsWith("window: ", StringComparison.Ordinal) || one.StartsWith("limit: ", StringComparison.Ordinal))
            ? "A start waits in silence."
            : null;

    private static bool IsGlassBroken(Edge edge) => edge.After.Glass is { } glass && glass.Revision == edge.After.CanaryRevision;
}
