namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Rolls back what capacity or the router keep waiting for too long.</summary>
internal static class Deadline
{
    /// <summary>
    /// True when it rolled back. It is asked before a weight rises, never after: what is given up must not get traffic first, which stable might not be able to take.
    /// </summary>
    public static bool Check(Turn turn)
    {
        if (!(Moments.ProgressDeadline(turn.Spec, turn.State) <= turn.Now))
        {
            return false;
        }

        var missing = string.Join(' ', WaitingSentences.ForTakeUp(turn.Spec, turn.State, turn.Seen));
        Aborting.Begin(
            turn,
            RolloutReason.ProgressDeadlineExceeded,
            $"{turn.Canary} made no progress for {Durations.Describe(turn.Spec.ProgressDeadline)}, its progress deadline. {missing}".TrimEnd());
        return true;
    }
}
