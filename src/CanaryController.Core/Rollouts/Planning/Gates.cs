namespace CanaryController.Core.Rollouts.Planning;

/// <summary>What the gates' answers mean. An answer counts for the revision and attempt that it was given for, and for the gate of the step that names it; never for another.</summary>
internal static class Gates
{
    /// <summary>All gates of <paramref name="moment"/> that the step names have passed.</summary>
    public static bool HavePassed(RolloutState state, EquatableArray<GateObservation> answers, int stepIndex, GateMoment moment)
    {
        if (stepIndex < 0 || stepIndex >= state.Plan.Count)
        {
            return true;
        }

        foreach (var gate in state.Plan[stepIndex].Gates)
        {
            if (gate.When == moment && AnswerOf(state, answers, stepIndex, gate.Name)?.Status is not GateStatus.Passed)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Nothing holds back what comes after the present step.</summary>
    public static bool WayIsFree(RolloutState state, EquatableArray<GateObservation> answers) => Steps.IsLast(state)
        ? HavePassed(state, answers, state.StepIndex, GateMoment.BeforePromotion)
        : HavePassed(state, answers, state.StepIndex + 1, GateMoment.Before);

    /// <summary>The gate's answer for the present attempt; null when there is none.</summary>
    public static GateObservation? AnswerOf(RolloutState state, EquatableArray<GateObservation> answers, int stepIndex, string name)
    {
        foreach (var answer in answers)
        {
            if (answer.StepIndex == stepIndex && answer.Name == name && IsCurrent(state, answer))
            {
                return answer;
            }
        }

        return null;
    }

    /// <summary>The first one that says that the attempt must end, and what it was asked about; null when none does. A step that was left behind has no say any more.</summary>
    public static (GateObservation Answer, GateMoment When)? Failed(RolloutState state, EquatableArray<GateObservation> answers)
    {
        foreach (var answer in answers)
        {
            if (answer.Status is GateStatus.Failed && IsCurrent(state, answer) && Find(state, answer) is { } gate && (gate.When is GateMoment.Rollback || answer.StepIndex >= state.StepIndex))
            {
                return (answer, gate.When);
            }
        }

        return null;
    }

    private static bool IsCurrent(RolloutState state, GateObservation answer) => answer.Revision == state.CanaryRevision && answer.Attempt == state.Attempt;

    private static GateSpec? Find(RolloutState state, GateObservation answer)
    {
        foreach (var gate in answer.StepIndex >= 0 && answer.StepIndex < state.Plan.Count ? state.Plan[answer.StepIndex].Gates : [])
        {
            if (gate.Name == answer.Name)
            {
                return gate;
            }
        }

        return null;
    }
}
