namespace CanaryController.Core.Rollouts;

/// <summary>What is remembered of a rollout that was released, once everything was given back. Pure.</summary>
public static class RolloutRelease
{
    /// <summary>What people read then.</summary>
    public const string Message = "Released: everything was given back, and nothing is led until somebody adopts the rollout again.";

    /// <summary>
    /// The state as if the rollout had never been seen, so that it is adopted anew. Its history stays, and its transitions go on being counted: an announcement's name is never used twice.
    /// </summary>
    /// <param name="state">What the last decision remembered.</param>
    /// <param name="now">The moment.</param>
    /// <returns>The state and the transition to it; null when it stands there already.</returns>
    public static (RolloutState Next, Transition? Transition) Of(RolloutState state, DateTimeOffset now)
    {
        if (state is { StableRevision: null, Reason: RolloutReason.Released })
        {
            return (state, null);
        }

        var next = new RolloutState { Reason = RolloutReason.Released, Message = Message, Sequence = state.Sequence + 1, History = state.History };
        return (next, new Transition(next.Sequence, now, state.Phase, next.Phase, state.CanaryRevision, state.Attempt, next.StepIndex, next.Weight, next.Reason, Message, null));
    }
}
