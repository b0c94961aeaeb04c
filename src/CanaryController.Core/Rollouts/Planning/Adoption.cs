namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Finds out which version is stable when a rollout is seen for the first time.</summary>
internal static class Adoption
{
    /// <summary>
    /// Nothing is asserted before the router has said what it does: a controller that lost its database must not undo a promotion. When all traffic already
    /// goes to the declared canary, it was promoted, and is stable.
    /// </summary>
    public static void Adopt(Turn turn)
    {
        var (state, seen) = (turn.State, turn.Seen);
        if (state.StableRevision is not null && state.Phase is not RolloutPhase.Invalid)
        {
            return;
        }

        var stable = state.StableRevision ?? Stable(turn);
        if (stable is null)
        {
            turn.State = state.Phase is RolloutPhase.Invalid ? state with { Phase = RolloutPhase.Idle, PhaseSince = turn.Now } : state;
            return;
        }

        var message = stable == seen.DeclaredRevision && stable != turn.Spec.InitialStableRevision && turn.Spec.InitialStableRevision is not null
            ? $"Adopted with {stable} as stable: the route already gives it all traffic."
            : $"Adopted with {stable} as stable.";
        var record = new RevisionRecord(stable, RevisionOutcome.Adopted, RolloutReason.Adopted, message, turn.Now, turn.Now);
        var next = state with
        {
            Phase = RolloutPhase.Idle,
            StableRevision = stable,
            TargetRevision = stable,
            StartedAt = turn.Now,
            History = state.StableRevision is null ? Revisions.Append(state.History, record) : state.History,
        };
        turn.Record(next, RolloutReason.Adopted, message);
    }

    private static string? Stable(Turn turn)
    {
        if (turn.Seen.Route.Applied is not { } applied)
        {
            return null;
        }

        var declared = turn.Seen.DeclaredRevision;
        return declared is not null && applied.SoleVersion == declared ? declared : turn.Spec.InitialStableRevision ?? declared;
    }
}
