using CanaryController.Core.Analysis;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Rollouts.Planning;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Rollouts.Walk;

internal static class StepInvariants
{
    public static string? AreLeftOnlyWhenAllConditionsHold(Edge edge)
    {
        foreach (var transition in edge.Decision.Transitions)
        {
            var isByEvidence = transition.Reason is RolloutReason.StepCompleted or RolloutReason.StepsCompleted;
            var isByTimeout = transition is { Reason: RolloutReason.ApprovalTimedOut, To: RolloutPhase.Progressing or RolloutPhase.Promoting };
            if ((isByEvidence || isByTimeout) && Missing(edge, isByTimeout) is { } missing)
            {
                return $"A step was left although {missing}.";
            }
        }

        var (before, after) = (edge.State, edge.After);
        var left = Invariants.SameAttempt(edge)
            && (after.StepIndex > before.StepIndex || (after.Phase is RolloutPhase.Promoting && before.Phase is not RolloutPhase.Promoting));
        return left && !edge.Decision.Transitions.Any(one => one.Reason is RolloutReason.StepCompleted or RolloutReason.StepsCompleted
            or RolloutReason.ApprovalTimedOut or RolloutReason.StepSkipped or RolloutReason.PromoteRequested)
            ? "A step was left for no reason."
            : null;
    }

    public static string? ApprovalsCountForOneStepOfOneAttempt(Edge edge)
    {
        var (before, after) = (edge.State, edge.After);
        var old = Invariants.SameAttempt(edge) ? before.Approvals : [];
        foreach (var approval in after.Approvals)
        {
            if (!old.Contains(approval)
                && (edge.Seen.Command is not { Action: RolloutAction.Approve } command || command.Actor != approval.Approver || approval.StepIndex != before.StepIndex))
            {
                return $"{approval} came from nowhere.";
            }
        }

        var people = after.Approvals.Where(one => one.StepIndex == after.StepIndex).ToList();
        return people.Select(one => one.Approver).Distinct().Count() == people.Count ? null : "One person counted twice.";
    }

    /// <summary>Written for the walk's plans: users by name, or anybody but an author.</summary>
    public static string? ApprovalsCountOnlyFromAllowedApprovers(Edge edge)
    {
        var old = Invariants.SameAttempt(edge) ? edge.State.Approvals : [];
        return edge.After.Approvals.Any(approval => !old.Contains(approval)) && !IsAllowed(edge) ? $"{edge.Seen.Command} counted." : null;
    }

    private static bool IsAllowed(Edge edge)
    {
        if (edge.Seen.Command is not { Action: RolloutAction.Approve } command || edge.State.Plan[edge.State.StepIndex].Approval is not { } asked
            || command.Revision != edge.State.CanaryRevision || command.StepIndex != edge.State.StepIndex)
        {
            return false;
        }

        string[] authors = [.. edge.State.Authors, .. edge.Seen.DeclaredRevision == edge.State.CanaryRevision ? edge.Seen.Authors : []];
        var isListed = asked.Approvers is not { } approvers || (command.Identity is { Source: ApproverSource.Kubernetes, Name: var name } && approvers.Users.Contains(name));
        return isListed && (!asked.RefusesAuthor || (authors.Length > 0 && !authors.Contains(command.Actor)));
    }

    public static string? FailureRollsBackAtOnce(Edge edge)
    {
        var (before, seen) = (edge.State, edge.Seen);
        if (!before.Phase.IsUnderWay() || before.HandOverStarted)
        {
            return null;
        }

        var failed = seen.Analysis is { } analysis && analysis.Revision == before.CanaryRevision && analysis.Attempt == before.Attempt
            && analysis.Metrics.Any(one => one.Verdict is Verdict.Failed);
        var mustStop = failed || seen.ExternalAlarm is not null || seen.Leaves || seen.Gates.Any(one => Counts(before, one) && one.Status is GateStatus.Failed)
            || (seen.Workload.CanaryReady == 0 && before.Weight > CanaryWeight.Zero && (edge.Spec.Workload is WorkloadKind.Managed || seen.Route.Applied is not null));
        return mustStop && Invariants.SameAttempt(edge) && edge.After.Phase is not (RolloutPhase.Aborting or RolloutPhase.Aborted)
            ? $"It had to be rolled back, and is {edge.After.Phase}."
            : null;
    }

    /// <summary>What the router or capacity keep waiting is given up at the deadline, and what evidence keeps waiting at the hold limit.</summary>
    public static string? DeadlinesAreKept(Edge edge)
    {
        var (before, after, seen) = (edge.State, edge.After, edge.Seen);
        if (!Invariants.SameAttempt(edge) || !after.Phase.IsUnderWay() || after.Phase is RolloutPhase.Paused || before.Phase is RolloutPhase.Paused)
        {
            return null;
        }

        var target = before.Phase is RolloutPhase.Promoting ? CanaryWeight.Full : before.Plan[before.StepIndex].Weight;
        var isKept = !seen.Window.IsOpen && !before.Undo && before.Glass?.Revision != before.CanaryRevision && (before.Phase is RolloutPhase.Initializing || after.Weight < target);
        var isLate = !isKept && before.WaitingSince is { } waiting && seen.Now - waiting >= edge.Spec.ProgressDeadline && seen.Command is null;
        var isHeld = before is { Phase: RolloutPhase.Progressing, HeldSince: { } held } && seen.Now - held >= edge.Spec.Analysis.HoldLimit
            && edge.Spec.Analysis.OnHoldLimit is HoldLimitAction.Abort && after.StepIndex == before.StepIndex && after.StepSince == before.StepSince;
        return isLate && seen.Route.Applied is null ? "The deadline passed without an answer of the router, and nothing happened."
            : isLate && after.WaitingSince == before.WaitingSince ? "The deadline passed, and it waits on."
            : isHeld && seen.Route.Accepted && seen.Analysis is null && after.HeldSince is not null ? "The hold limit passed without evidence, and nothing happened."
            : null;
    }

    public static string? NewAttemptsBeginAtNothing(Edge edge)
    {
        if (Invariants.SameAttempt(edge) || edge.After.CanaryRevision is null)
        {
            return null;
        }

        return edge.Decision.Transitions.Any(one => one is { To: RolloutPhase.Initializing, Weight.BasisPoints: 0 } && one.Attempt == edge.After.Attempt)
            ? null
            : "An attempt did not begin at weight 0.";
    }

    /// <summary>The first traffic waits for the gates before the first step, and for nothing that was said of another attempt.</summary>
    public static string? TrafficBeginsOnlyWhenItsGatesPassed(Edge edge) =>
        edge.Decision.Transitions.FirstOrDefault(one => one.Reason is RolloutReason.CanaryReady) is { } begun
        && (edge.State.CanaryRevision != begun.Revision || edge.State.Attempt != begun.Attempt || edge.State.Plan.IsEmpty
            ? edge.Spec.Steps[0].Gates.Any(gate => gate.When is GateMoment.Before)
            : !HavePassed(edge.State, edge.Seen, 0, GateMoment.Before))
            ? "Traffic began although a gate before it had not passed."
            : null;

    /// <summary>A gate rolls back what it was asked about, and nothing else.</summary>
    public static string? GatesCountForOneStepOfOneAttempt(Edge edge) =>
        edge.Decision.Transitions.Any(one => one.Reason is RolloutReason.GateFailed && one.From is not RolloutPhase.Aborting)
        && !edge.Seen.Gates.Any(one => Counts(edge.State, one) && one.Status is GateStatus.Failed)
            ? "It was rolled back by a gate that was not asked about it."
            : null;

    private static bool HavePassed(RolloutState state, RolloutObservation seen, int stepIndex, GateMoment moment) =>
        (stepIndex < state.Plan.Count ? state.Plan[stepIndex].Gates : []).Where(gate => gate.When == moment)
            .All(gate => seen.Gates.Any(one => Counts(state, one) && (one.StepIndex, one.Name, one.Status) == (stepIndex, gate.Name, GateStatus.Passed)));

    /// <summary>An answer about this attempt, of a gate that it has, and not of a step that was left behind; a demand for the rollback whenever it comes.</summary>
    private static bool Counts(RolloutState state, GateObservation answer) =>
        answer.Revision == state.CanaryRevision && answer.Attempt == state.Attempt && answer.StepIndex < state.Plan.Count
        && state.Plan[answer.StepIndex].Gates.Any(gate => gate.Name == answer.Name && (gate.When is GateMoment.Rollback || answer.StepIndex >= state.StepIndex));

    private static string? Missing(Edge edge, bool withoutApproval)
    {
        var (state, seen) = (edge.State, edge.Seen);
        var step = state.Plan[state.StepIndex];
        var metrics = (step.Weight > CanaryWeight.Zero || !step.Matches.IsEmpty ? edge.Spec.Analysis.Metrics : []).Concat(step.Metrics);
        var isWarm = state.TrafficSince is not { } traffic || seen.Now - traffic >= edge.Spec.Analysis.WarmUp + step.Hold;
        var approvals = state.Approvals.Count(one => one.StepIndex == state.StepIndex) + (IsAllowed(edge) ? 1 : 0);
        return state.Weight != step.Weight ? "its weight was not reached"
            : !seen.Route.Accepted || seen.Route.Applied is not { } applied || !applied.RoutesAlike(Splits.Wanted(state)!) ? "the router did not carry it"
            : seen.Now - (state.StepSince ?? seen.Now) < step.Hold || !isWarm ? "its hold had not passed"
            : seen.Analysis is not { } analysis ? "there was no evidence"
            : (analysis.Revision, analysis.Attempt, analysis.StepIndex) != (state.CanaryRevision, state.Attempt, state.StepIndex) ? "the evidence was another's"
            : metrics.Any(one => analysis.Metrics.SingleOrDefault(judged => judged.Name == one.Name)?.Verdict is not Verdict.Passed) ? "a metric had not passed"
            : step.MinRequests > 0 && !(analysis.CanaryRequestsInStep >= step.MinRequests) ? "it had too few requests"
            : !HavePassed(state, seen, state.StepIndex, GateMoment.During) ? "a gate had not passed"
            : !HavePassed(state, seen, state.StepIndex + 1, GateMoment.Before) ? "a gate before the next step had not passed"
            : state.StepIndex == state.Plan.Count - 1 && !HavePassed(state, seen, state.StepIndex, GateMoment.BeforePromotion) ? "a gate before the promotion had not passed"
            : !withoutApproval && step.Approval is { } approval && approvals < approval.Required ? "it was not approved"
            : null;
    }
}
