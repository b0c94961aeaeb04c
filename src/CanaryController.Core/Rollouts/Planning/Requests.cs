namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Requests for a revision, by the resource or by a command. One that comes in the middle waits, persisted, until traffic has returned.</summary>
internal static class Requests
{
    /// <summary>Only a change of the declared revision is a request: a file that stays as it is never starts anything again.</summary>
    public static void ReadDeclared(Turn turn)
    {
        var declared = turn.Seen.DeclaredRevision;
        if (turn.State.StableRevision is null || declared is null || declared == turn.State.DeclaredRevision)
        {
            return;
        }

        turn.State = turn.State with { DeclaredRevision = declared };
        Ask(turn, new StartRequest(declared, RolloutReason.NewRevision, null) { AskedAt = turn.Now });
    }

    public static void Ask(Turn turn, StartRequest request)
    {
        var isPresent = turn.State.Phase.IsUnderWay() && request.Revision == turn.State.CanaryRevision;
        var keepsGlass = Windows.IsBrokenFor(turn.State, request.Revision) || (turn.State.Phase.IsUnderWay() && Windows.IsBrokenFor(turn.State, turn.State.CanaryRevision));
        turn.State = turn.State with { TargetRevision = request.Revision, Pending = isPresent ? null : request, Glass = keepsGlass ? turn.State.Glass : null };
    }

    /// <summary>
    /// Leaving first, then the request that waits. Leaving also forgets what the resource asked for, so that one that is created again before its state
    /// was forgotten asks anew, as it does afterwards.
    /// </summary>
    public static void Settle(Turn turn)
    {
        var state = turn.State;
        if (turn.Seen.Leaves)
        {
            turn.State = state switch
            {
                { Pending: not null } => state with { Pending = null, DeclaredRevision = null, TargetRevision = state.CanaryRevision },
                { DeclaredRevision: not null } => state with { DeclaredRevision = null },
                _ => state,
            };
            if (IsAbortable(state))
            {
                var (reason, what) = turn.Seen.Deleted ? (RolloutReason.Deleted, "deleted") : (RolloutReason.Released, "released");
                Aborting.Begin(turn, reason, $"The rollout was {what}: {turn.Canary} is taken back.");
            }

            return;
        }

        if (state.Pending is not { } pending)
        {
            return;
        }

        if (state.Phase.IsAtRest())
        {
            Meet(turn, pending);
        }
        else if (IsAbortable(state))
        {
            Displace(turn, pending);
        }
    }

    public static bool MayForget(Turn turn) => turn.Seen.Leaves && turn.State.Phase.IsAtRest();

    public static bool IsAbortable(RolloutState state) => state.Phase.IsUnderWay() && !state.HandOverStarted;

    /// <summary>Begins what was asked for, whatever stands in the way.</summary>
    public static void Begin(Turn turn, StartRequest pending)
    {
        if (pending.Reason is RolloutReason.RetryRequested)
        {
            var attempt = Revisions.NextAttempt(turn.State, pending.Revision);
            var why = pending.Comment is { Length: > 0 } comment ? $": {comment}" : ".";
            var again = $"{pending.Actor} tries {pending.Revision} again, attempt {attempt}{why}";
            Starting.Begin(turn, pending.Revision, turn.State.Undo, atOnce: false, pending.Reason, again, pending.Actor);
            return;
        }

        var by = pending.Actor is null ? "" : $" by {pending.Actor}";
        var isUndo = pending.Reason is RolloutReason.UndoRequested;
        var atOnce = isUndo && Revisions.MayReturnAtOnce(turn.State, pending.Revision, turn.Spec.RollbackWindowRevisions);
        var message = (isUndo, atOnce) switch
        {
            (true, true) => $"Return to {pending.Revision} was asked for{by}: it may take all traffic at once, still judged.",
            (true, false) => $"Return to {pending.Revision} was asked for{by}: it takes all steps.",
            (false, _) => $"{pending.Revision} was asked for{by}; stable is {turn.Stable}.",
        };
        Starting.Begin(turn, pending.Revision, isUndo, atOnce, pending.Reason, message, pending.Actor);
    }

    private static void Meet(Turn turn, StartRequest pending)
    {
        if (pending.Revision == turn.State.StableRevision)
        {
            turn.State = turn.State with { Pending = null };
            return;
        }

        if (Windows.MayStart(turn.State, turn.Seen, pending))
        {
            Begin(turn, pending);
        }
    }

    private static void Displace(Turn turn, StartRequest pending)
    {
        if (pending.Revision == turn.State.StableRevision)
        {
            Aborting.Begin(turn, RolloutReason.Reverted, $"{pending.Revision} is wanted again, which is stable: {turn.Canary} is taken back.", pending.Actor);
        }
        else
        {
            var message = $"{pending.Revision} was asked for: {turn.Canary} is taken back first, then {pending.Revision} starts from 0 %.";
            Aborting.Begin(turn, RolloutReason.Superseded, message, pending.Actor);
        }
    }
}
