using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>
/// Returns traffic to stable: at once when stable carries everything, otherwise as far as it does. It waits for nothing but the router and, before instances are
/// taken away, for the drain delay. The weight never rises on the way.
/// </summary>
internal static class Aborting
{
    /// <summary>
    /// How long a rollout that is deleted waits for the router to accept what it carries already. Whoever would say so may be gone for good; who is there answers within seconds.
    /// </summary>
    public static readonly TimeSpan LongestUnanswered = TimeSpan.FromMinutes(1);

    public static void Begin(Turn turn, RolloutReason reason, string message, string? actor = null)
    {
        var state = turn.State;
        var outcome = reason is RolloutReason.Superseded ? RevisionOutcome.Superseded : RevisionOutcome.RolledBack;
        var record = new RevisionRecord(turn.Canary, outcome, reason, message, state.StartedAt, turn.Now)
        {
            Attempt = state.Attempt,
            BreakGlass = Windows.IsBrokenFor(state, state.CanaryRevision) ? Windows.Describe(state.Glass) : null,
        };
        var next = state with
        {
            Phase = RolloutPhase.Aborting,
            Weight = Capacity.Kept(turn.Spec, state, turn.Seen, state.Weight),
            StepSince = null,
            WaitingSince = null,
            HeldSince = null,
            DrainSince = null,
            PausedFrom = null,
            Glass = Windows.GlassAfter(state, state.CanaryRevision),
            PhaseSince = turn.Now,
            Reason = reason,
            Message = message,
            Sequence = state.Sequence + 1,
            History = Revisions.Append(state.History, record),
        };
        turn.Announce(next, actor);
    }

    public static void Advance(Turn turn)
    {
        Lower(turn);
        NoteAnswer(turn);
        var state = turn.State;
        if (state.Weight > CanaryWeight.Zero || !turn.IsTakenUp)
        {
            turn.State = state.DrainSince is not null && (state.Weight > CanaryWeight.Zero || turn.IsForeign) ? state with { DrainSince = null } : state;
            return;
        }

        if (state.DrainSince is null)
        {
            Return(turn);
        }

        if (turn.State.Phase is RolloutPhase.Aborting && (!turn.IsManaged || (IsDrained(turn) && turn.Seen.Workload.CanarySize <= 0)))
        {
            Finish(turn);
        }
    }

    /// <summary>The canary's instances may go: the router took up weight 0, says so now, and the drain delay has passed since.</summary>
    public static bool IsDrained(Turn turn) =>
        turn.State.Weight == CanaryWeight.Zero && turn.IsTakenUp && Moments.DrainEnd(turn.Spec, turn.State) <= turn.Now;

    /// <summary>
    /// The rollout is deleted or released, the router carries weight 0, and nobody has said for <see cref="LongestUnanswered"/> that this is in force: nothing more can be done about it.
    /// </summary>
    public static bool IsUnanswered(Turn turn) =>
        turn is { Seen: { Leaves: true, Route.Accepted: false }, State: { Phase: RolloutPhase.Aborting, Weight.BasisPoints: 0 } }
        && Splits.IsApplied(turn.State, turn.Seen.Route) && Moments.AnswerEnd(turn.State) <= turn.Now;

    /// <summary>Notes since when a deletion or a release waits for nothing but an answer. A router that was seen to carry out something else has to be written again first.</summary>
    private static void NoteAnswer(Turn turn)
    {
        var state = turn.State;
        var waits = turn.Seen.Leaves && state.Phase is RolloutPhase.Aborting && state.Weight == CanaryWeight.Zero && !turn.Seen.Route.Accepted && !turn.IsForeign;
        var since = !waits ? null : state.WaitingSince ?? (Splits.IsApplied(state, turn.Seen.Route) ? turn.Now : null);
        turn.State = since == state.WaitingSince ? state : state with { WaitingSince = since };
    }

    /// <summary>All traffic is stable's from now on: the drain begins.</summary>
    private static void Return(Turn turn)
    {
        if (IsUnanswered(turn))
        {
            var (cause, why) = (turn.State.Reason, turn.State.Message);
            turn.Record(turn.State, RolloutReason.RouteUnanswered, Unanswered(turn));
            turn.State = turn.State with { Reason = cause, Message = why };
        }

        turn.State = turn.State with { DrainSince = turn.Now };
    }

    private static string Unanswered(Turn turn)
    {
        var why = turn.Seen.Route.Problem is { } problem ? $": {problem}" : ".";
        return $"The route gives {turn.Stable} everything, and nothing has accepted that for {Durations.Describe(LongestUnanswered)}: the rollout, which is {(turn.Seen.Deleted ? "deleted" : "released")}, leaves all the same{why}";
    }

    private static void Lower(Turn turn)
    {
        var state = turn.State;
        var kept = Capacity.Kept(turn.Spec, state, turn.Seen, state.Weight);
        if (kept < state.Weight)
        {
            // The cause stays the reason: what people ask is why the rollout goes back, not why a little faster now.
            turn.Record(state with { Weight = kept }, state.Reason, $"{state.Message} {Why(turn, kept)}: the weight falls to {kept}.");
            turn.State = turn.State with { Message = state.Message };
        }
    }

    private static string Why(Turn turn, CanaryWeight kept) =>
        !Capacity.IsKnown(turn.Spec, turn.Seen) ? $"What {turn.Stable} carries is not known"
        : turn.Seen.Workload.CanaryReady <= 0 ? $"{turn.Canary} has no instance left"
        : kept > CanaryWeight.Zero && kept == Capacity.Carried(turn.Spec, turn.State, turn.Seen.Workload) ? $"{turn.Canary} carries less now"
        : $"{turn.Stable} carries more now";

    private static void Finish(Turn turn)
    {
        var (cause, why) = (turn.State.Reason, turn.State.Message);
        var back = IsUnanswered(turn) ? $"The route gives all traffic to {turn.Stable}." : $"All traffic is back on {turn.Stable}.";
        var message = $"{back} {turn.Canary}: {why}";
        turn.Record(turn.State with { Phase = RolloutPhase.Aborted, WaitingSince = null }, RolloutReason.TrafficReturned, message);
        turn.State = turn.State with { Reason = cause, Message = why };
    }
}
