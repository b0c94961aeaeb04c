using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Gives the canary all traffic, lets stable drain, hands over, and makes the canary stable. Judged until the hand over begins.</summary>
internal static class Promoting
{
    public static void Begin(Turn turn, RolloutState state, RolloutReason reason, string message, string? actor = null)
    {
        var next = state with
        {
            Phase = RolloutPhase.Promoting,
            WaitingSince = turn.Now,
            StepSince = null,
            HeldSince = null,
            DrainSince = null,
            PausedFrom = null,
        };
        turn.Record(next with { Weight = Weights.AtPromotion(turn, next) }, reason, message, actor);
    }

    public static void Advance(Turn turn)
    {
        if (turn.State.HandOverStarted)
        {
            if (turn.Seen.Workload.HandedOver)
            {
                Finish(turn);
            }

            return;
        }

        var weight = Weights.AtPromotion(turn, turn.State);
        if (!IsCarried(turn) && !Windows.Keeps(turn, CanaryWeight.Full) && !Weights.MayRise(turn, weight) && Deadline.Check(turn))
        {
            return;
        }

        Weights.Change(turn, weight);
        if (IsCarried(turn))
        {
            Carried(turn);
            return;
        }

        var state = turn.State;
        var drain = turn.IsForeign ? null : state.DrainSince;
        var waiting = Windows.Keeps(turn, CanaryWeight.Full) ? default(DateTimeOffset?) : state.WaitingSince ?? turn.Now;
        turn.State = waiting == state.WaitingSince && drain == state.DrainSince ? state : state with { WaitingSince = waiting, DrainSince = drain };
    }

    private static bool IsCarried(Turn turn) => turn.State.Weight == CanaryWeight.Full && turn.IsTakenUp;

    private static void Carried(Turn turn)
    {
        if (!turn.IsManaged)
        {
            Finish(turn);
            return;
        }

        var state = turn.State;
        state = state.DrainSince is null ? state with { DrainSince = turn.Now } : state;
        if (!Capacity.HasRoomForAll(turn.Spec, state, turn.Seen))
        {
            turn.State = state.WaitingSince is null ? state with { WaitingSince = turn.Now } : state;
            Deadline.Check(turn);
            return;
        }

        var isDrained = Moments.DrainEnd(turn.Spec, state) <= turn.Now;
        turn.State = state.WaitingSince is null && !isDrained ? state : state with { WaitingSince = null, HandOverStarted = isDrained };
    }

    private static void Finish(Turn turn)
    {
        var state = turn.State;
        var message = $"{turn.Canary} has all traffic and is stable now; before it was {turn.Stable}.";
        var reason = state.Undo ? RolloutReason.UndoRequested : RolloutReason.Promoted;
        var record = new RevisionRecord(turn.Canary, RevisionOutcome.Promoted, reason, message, state.StartedAt, turn.Now)
        {
            Attempt = state.Attempt,
            BreakGlass = Windows.IsBrokenFor(state, state.CanaryRevision) ? Windows.Describe(state.Glass) : null,
        };
        var next = state with
        {
            Phase = RolloutPhase.Promoted,
            StableRevision = state.CanaryRevision,
            Weight = CanaryWeight.Full,
            WaitingSince = null,
            DrainSince = null,
            HandOverStarted = false,
            Glass = Windows.GlassAfter(state, state.CanaryRevision),
            History = Revisions.Append(state.History, record),
        };
        turn.Record(next, RolloutReason.Promoted, message);
    }
}
