using CanaryController.Core.Rollouts.Planning;

namespace CanaryController.Core.Rollouts;

/// <summary>Says which gates are to be asked. It is apart from the decision, which needs their answers only.</summary>
public static class RolloutGates
{
    /// <summary>
    /// The gates whose answer matters to <paramref name="state"/> now. Those that hold back what comes next are asked once nothing else does, so that they can look at what is about to happen. Pure.
    /// </summary>
    /// <param name="spec">What the user wants.</param>
    /// <param name="state">The last decision's state.</param>
    /// <param name="seen">What is seen now.</param>
    public static EquatableArray<AskedGate> Asked(RolloutSpec spec, RolloutState state, RolloutObservation seen)
    {
        if (!state.Phase.IsUnderWay() || state.HandOverStarted || !HasGates(state))
        {
            return [];
        }

        var asked = new List<AskedGate>();
        for (var index = 0; index < state.Plan.Count; index++)
        {
            Add(asked, state, index, GateMoment.Rollback);
        }

        switch (state.Phase)
        {
            case RolloutPhase.Initializing when Starting.IsReady(spec, state, seen):
                Add(asked, state, 0, GateMoment.Before);
                break;
            case RolloutPhase.Progressing or RolloutPhase.WaitingApproval:
                AddAtStep(asked, spec, state, seen);
                break;
            case RolloutPhase.Paused when state.PausedFrom is not RolloutPhase.Initializing && state.StepSince is not null:
                Add(asked, state, state.StepIndex, GateMoment.During);
                break;
            default:
                break;
        }

        return [.. asked];
    }

    private static void AddAtStep(List<AskedGate> asked, RolloutSpec spec, RolloutState state, RolloutObservation seen)
    {
        if (state.StepSince is null)
        {
            return;
        }

        Add(asked, state, state.StepIndex, GateMoment.During);
        var conditions = ExitConditions.Of(spec, state, seen);
        var isCarried = state.Weight >= Steps.Present(state).Weight && Splits.IsTakenUp(state, seen.Route);
        if (!isCarried || conditions is not { HoldPassed: true, Evidence: EvidenceStatus.Complete, GatesPassed: true })
        {
            return;
        }

        if (Steps.IsLast(state))
        {
            Add(asked, state, state.StepIndex, GateMoment.BeforePromotion);
        }
        else
        {
            Add(asked, state, state.StepIndex + 1, GateMoment.Before);
        }
    }

    private static void Add(List<AskedGate> asked, RolloutState state, int stepIndex, GateMoment moment)
    {
        foreach (var gate in stepIndex < state.Plan.Count ? state.Plan[stepIndex].Gates : [])
        {
            if (gate.When == moment)
            {
                asked.Add(new(stepIndex, gate));
            }
        }
    }

    private static bool HasGates(RolloutState state)
    {
        foreach (var step in state.Plan)
        {
            if (!step.Gates.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>A gate that is to be asked.</summary>
/// <param name="StepIndex">The step that names it.</param>
/// <param name="Gate">The gate.</param>
public sealed record AskedGate(int StepIndex, GateSpec Gate);
