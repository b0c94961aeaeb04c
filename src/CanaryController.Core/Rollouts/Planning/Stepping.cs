using CanaryController.Core.Analysis;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Brings traffic to a step's weight, lets it rest there, and leaves the step when all its exit conditions hold.</summary>
internal static class Stepping
{
    public static void Advance(Turn turn)
    {
        if (!IsCarried(turn) && !Windows.Keeps(turn, Steps.Present(turn.State).Weight) && !Weights.MayRise(turn, Weights.AtStep(turn, turn.State)) && Deadline.Check(turn))
        {
            return;
        }

        if (!Arrive(turn))
        {
            // As long as the hold goes on, so does what it waits for: a router that is silent now and then must not keep the hold limit from coming.
            var state = turn.State;
            var held = state.StepSince is null ? null : state.HeldSince;
            var waiting = Windows.Keeps(turn, Steps.Present(state).Weight) ? default(DateTimeOffset?) : state.WaitingSince ?? turn.Now;
            turn.State = waiting == state.WaitingSince && held == state.HeldSince ? state : state with { WaitingSince = waiting, HeldSince = held };
            return;
        }

        turn.State = turn.State.WaitingSince is null ? turn.State : turn.State with { WaitingSince = null };
        var conditions = ExitConditions.Of(turn.Spec, turn.State, turn.Seen);
        if (!conditions.HoldPassed)
        {
            return;
        }

        if (conditions.Evidence is not EvidenceStatus.Complete)
        {
            Hold(turn, conditions.Evidence);
            return;
        }

        turn.State = turn.State.HeldSince is null ? turn.State : turn.State with { HeldSince = null };
        if (conditions.AllHold)
        {
            Leave(turn, RolloutReason.StepCompleted, $"{Describe(turn)} is completed: all its exit conditions hold.");
        }
        else if (conditions.OnlyApprovalIsMissing)
        {
            var approval = Steps.Present(turn.State).Approval!;
            var message = $"{Describe(turn)} waits for approval '{approval.Name}': {Steps.Approvals(turn.State)} of {approval.Required}.";
            turn.Record(turn.State with { Phase = RolloutPhase.WaitingApproval }, RolloutReason.ApprovalNeeded, message);
        }
    }

    /// <summary>True when the router carries the step's full weight, which rises to it as soon as there is room.</summary>
    public static bool Arrive(Turn turn)
    {
        Weights.Change(turn, Weights.AtStep(turn, turn.State));
        return Rest(turn);
    }

    /// <summary>
    /// Notes since when traffic rests at the step's full weight; true when it does now. The hold starts over when the router is seen to do something else; while
    /// it says nothing the hold goes on, but the step is not left.
    /// </summary>
    public static bool Rest(Turn turn)
    {
        var state = turn.State;
        if (IsCarried(turn))
        {
            turn.State = state.StepSince is null ? state with { StepSince = turn.Now } : state;
            return true;
        }

        turn.State = state.StepSince is not null && (!HasFullWeight(state) || turn.IsForeign) ? state with { StepSince = null } : state;
        return false;
    }

    /// <summary>Goes on to the next step, or to promotion after the last one.</summary>
    public static void Leave(Turn turn, RolloutReason reason, string because, string? actor = null)
    {
        var state = turn.State with { StepSince = null, HeldSince = null, PausedFrom = null, WaitingSince = turn.Now };
        because = because[^1] is '.' or '!' or '?' ? because : because + "."; // A person's reason ends as it was typed.
        if (Steps.IsLast(state))
        {
            var cause = reason is RolloutReason.StepCompleted ? RolloutReason.StepsCompleted : reason;
            Promoting.Begin(turn, state, cause, $"{because} {turn.Canary} is promoted.", actor);
            return;
        }

        var next = state with { Phase = RolloutPhase.Progressing, StepIndex = state.StepIndex + 1 };
        next = next with { Weight = Weights.AtStep(turn, next) };
        var target = Steps.Present(next).Weight;
        var going = next.Weight == target ? $"Going to {target}." : $"Going to {target} as soon as there is capacity.";
        turn.Record(next, reason, $"{because} {going}", actor);
    }

    public static string Describe(Turn turn) => $"{turn.Canary}'s {Steps.Describe(turn.State)} ({Steps.Present(turn.State).Weight})";

    private static bool IsCarried(Turn turn) => HasFullWeight(turn.State) && turn.IsTakenUp;

    private static bool HasFullWeight(RolloutState state) => state.Weight >= Steps.Present(state).Weight;

    private static void Hold(Turn turn, EvidenceStatus evidence)
    {
        // While a window keeps the step, missing evidence does not: the limit runs from the opening.
        var isKept = !Windows.MayAdvance(turn.State, turn.Seen);
        var held = isKept ? default(DateTimeOffset?) : turn.State.HeldSince ?? turn.Now;
        turn.State = held == turn.State.HeldSince ? turn.State : turn.State with { HeldSince = held };
        if (evidence is EvidenceStatus.Abort)
        {
            var message = $"{Describe(turn)} has no evidence after its hold, which aborts by policy: {WaitingSentences.Evidence(turn.Spec, turn.State, turn.Seen)}";
            Aborting.Begin(turn, RolloutReason.EvidenceMissing, message);
        }
        else if (turn.Spec.Analysis.OnHoldLimit is HoldLimitAction.Abort && Moments.HoldLimit(turn.Spec, turn.State) <= turn.Now)
        {
            var limit = Durations.Describe(turn.Spec.Analysis.HoldLimit);
            var message = $"{Describe(turn)} was held beyond its limit of {limit}: {WaitingSentences.Evidence(turn.Spec, turn.State, turn.Seen)}";
            Aborting.Begin(turn, RolloutReason.HoldLimitExceeded, message);
        }
    }
}
