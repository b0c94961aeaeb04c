namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Rolls back what capacity or the router keep waiting for too long.</summary>
internal static class Deadline
{
    public static void Check(Turn turn)
    {
        if (!(Moments.ProgressDeadline(turn.Spec, turn.State) <= turn.Now))
        {
            return;
        }

        var missing = string.Join(' ', WaitingSentences.ForTakeUp(turn.Spec, turn.State, turn.Seen));
        Aborting.Begin(
            turn,
            RolloutReason.ProgressDeadlineExceeded,
            $"{turn.Canary} made no progress for {Durations.Describe(turn.Spec.ProgressDeadline)}, its progress deadline. {missing}".TrimEnd());
    }
}
