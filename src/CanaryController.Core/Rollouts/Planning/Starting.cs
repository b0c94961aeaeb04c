using CanaryController.Core.Approvals;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Begins an attempt, and waits at weight 0 until it can have traffic.</summary>
internal static class Starting
{
    public static void Begin(Turn turn, string revision, bool isUndo, bool atOnce, RolloutReason reason, string message, string? actor)
    {
        var state = turn.State;
        var next = state with
        {
            Phase = RolloutPhase.Initializing,
            CanaryRevision = revision,
            TargetRevision = revision,
            Pending = null,
            Undo = isUndo,
            Attempt = Revisions.NextAttempt(state, revision),
            Plan = atOnce ? [AllAtOnce(turn.Spec)] : turn.Spec.Steps,
            StepIndex = 0,
            Weight = CanaryWeight.Zero,
            StartedAt = turn.Now,
            TrafficSince = null,
            StepSince = null,
            WaitingSince = turn.Now,
            HeldSince = null,
            DrainSince = null,
            PausedFrom = null,
            StableSizeAtStart = Math.Max(0, turn.Seen.Workload.StableSize),
            HandOverStarted = false,
            Glass = Windows.IsBrokenFor(state, revision) ? state.Glass : null,
            Approvals = [],
            PendingGates = [],
            Authors = Authorship.OfNew(turn, revision, reason is RolloutReason.RetryRequested ? null : actor),
        };
        turn.Record(next, reason, message, actor);
    }

    /// <summary>The router knows the canary, and its first step has capacity.</summary>
    public static bool IsReady(RolloutSpec spec, RolloutState state, RolloutObservation seen) =>
        Splits.IsTakenUp(state, seen.Route) && Capacity.HasRoomFor(spec, state, seen, Steps.Present(state));

    /// <summary>
    /// The canary gets its first traffic only when it is ready, no window is closed, and the gates before its first step have passed. While only windows or gates are waited for, no deadline runs but the
    /// gates' own.
    /// </summary>
    public static void Advance(Turn turn)
    {
        var (spec, seen) = (turn.Spec, turn.Seen);
        if (turn.State is { StableSizeAtStart: 0 } && seen.Workload.StableSize > 0)
        {
            turn.State = turn.State with { StableSizeAtStart = seen.Workload.StableSize };
        }

        var state = turn.State;
        if (!Windows.MayAdvance(state, seen))
        {
            turn.State = state.WaitingSince is null ? state : state with { WaitingSince = null };
            return;
        }

        var isReady = IsReady(spec, state, seen);
        if (isReady && Gates.HavePassed(state, seen.Gates, state.StepIndex, GateMoment.Before))
        {
            var next = state with { Phase = RolloutPhase.Progressing, WaitingSince = turn.Now };
            next = next with { Weight = Weights.AtStep(turn, next) };
            turn.Record(next, RolloutReason.CanaryReady, $"{turn.Canary} is ready: {Steps.Describe(state)} begins at {next.Weight}.");
            return;
        }

        if (isReady)
        {
            turn.State = state.WaitingSince is null ? state : state with { WaitingSince = null };
            return;
        }

        turn.State = state.WaitingSince is null ? state with { WaitingSince = turn.Now } : state;
        Deadline.Check(turn);
    }

    private static RolloutStep AllAtOnce(RolloutSpec spec) =>
        spec.Steps is { IsEmpty: false } steps && steps[^1].Weight == CanaryWeight.Full ? steps[^1] : new RolloutStep { Weight = CanaryWeight.Full };
}
