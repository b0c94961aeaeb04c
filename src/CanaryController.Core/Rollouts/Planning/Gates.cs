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

    /// <summary>
    /// Remembers since when gates have not passed. Of a gate that says nothing what was remembered stays: whoever asks it may just have been started. What was left behind is forgotten. Pure.
    /// </summary>
    public static RolloutState NoteWaits(RolloutState state, EquatableArray<GateObservation> answers)
    {
        if (state.PendingGates.IsEmpty && !HasWait(answers))
        {
            return state;
        }

        var waits = new List<PendingGate>();
        for (var index = Math.Max(0, state.StepIndex); state.Phase.IsUnderWay() && index < state.Plan.Count; index++)
        {
            foreach (var gate in state.Plan[index].Gates)
            {
                var before = state.PendingGates.FirstOrDefault(wait => wait.StepIndex == index && wait.Name == gate.Name);
                var answer = AnswerOf(state, answers, index, gate.Name);
                var since = answer is null ? before?.Since : answer.Status is GateStatus.Pending ? answer.Since : null;
                if (since is { } moment)
                {
                    waits.Add(before?.Since == moment ? before : new(index, gate.Name, moment));
                }
            }
        }

        return waits.SequenceEqual(state.PendingGates) ? state : state with { PendingGates = [.. waits] };
    }

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

    private static bool HasWait(EquatableArray<GateObservation> answers)
    {
        foreach (var answer in answers)
        {
            if (answer.Since is not null)
            {
                return true;
            }
        }

        return false;
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
