namespace CanaryController.Core.Rollouts.Planning;

/// <summary>
/// Stays at the present weight: it may fall with the canary's capacity, never rise. The hold goes on, because traffic does rest there; the progress deadline
/// and the hold limit start over with the resume, an approval's timeout too.
/// </summary>
internal static class Pausing
{
    public static void Advance(Turn turn)
    {
        Weights.Change(turn, Weights.Capped(turn, turn.State, turn.State.Weight));
        if (turn.State.PausedFrom is not RolloutPhase.Initializing)
        {
            Stepping.Rest(turn);
        }
    }

    public static void Begin(Turn turn, string actor, string? comment)
    {
        var state = turn.State;
        var why = comment is { Length: > 0 } ? $": {comment}" : ".";
        turn.Record(
            state with { Phase = RolloutPhase.Paused, PausedFrom = state.Phase, WaitingSince = null, HeldSince = null },
            RolloutReason.PauseRequested,
            $"{actor} paused {turn.Canary} at {state.Weight}{why}",
            actor);
    }

    public static void End(Turn turn, string actor)
    {
        var state = turn.State;
        var phase = state.PausedFrom is RolloutPhase.Initializing ? RolloutPhase.Initializing : RolloutPhase.Progressing;
        turn.Record(
            state with { Phase = phase, PausedFrom = null, WaitingSince = turn.Now },
            RolloutReason.ResumeRequested,
            $"{actor} resumed {turn.Canary} at {state.Weight}.",
            actor);
    }
}
