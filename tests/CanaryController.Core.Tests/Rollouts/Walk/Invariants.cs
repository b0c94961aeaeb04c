using CanaryController.Core.Rollouts;

namespace CanaryController.Core.Tests.Rollouts.Walk;

/// <summary>What must hold of every decision. Each is written from what is promised, not from how the planner does it.</summary>
internal static class Invariants
{
    /// <summary>By the names that docs/architecture.md calls them.</summary>
    public static readonly IReadOnlyDictionary<string, Func<Edge, string?>> All = new Dictionary<string, Func<Edge, string?>>(StringComparer.Ordinal)
    {
        ["WeightInvariants.RisesOnlyForAReason"] = WeightInvariants.RisesOnlyForAReason,
        ["WeightInvariants.IsWithinCapacity"] = WeightInvariants.IsWithinCapacity,
        ["WeightInvariants.NeverReturnsToARejectedCanary"] = WeightInvariants.NeverReturnsToARejectedCanary,
        ["WeightInvariants.ReturnsAsFarAsStableCarries"] = WeightInvariants.ReturnsAsFarAsStableCarries,
        ["WeightInvariants.IsMirroredOnlyWithoutWeight"] = WeightInvariants.IsMirroredOnlyWithoutWeight,
        ["WeightInvariants.NeverStaysOnADeadCanary"] = WeightInvariants.NeverStaysOnADeadCanary,
        ["WeightInvariants.StaysWhilePaused"] = WeightInvariants.StaysWhilePaused,
        ["WeightInvariants.IsAppliedAsDecided"] = WeightInvariants.IsAppliedAsDecided,
        ["StepInvariants.AreLeftOnlyWhenAllConditionsHold"] = StepInvariants.AreLeftOnlyWhenAllConditionsHold,
        ["StepInvariants.ApprovalsCountForOneStepOfOneAttempt"] = StepInvariants.ApprovalsCountForOneStepOfOneAttempt,
        ["StepInvariants.ApprovalsCountOnlyFromAllowedApprovers"] = StepInvariants.ApprovalsCountOnlyFromAllowedApprovers,
        ["StepInvariants.FailureRollsBackAtOnce"] = StepInvariants.FailureRollsBackAtOnce,
        ["StepInvariants.DeadlinesAreKept"] = StepInvariants.DeadlinesAreKept,
        ["StepInvariants.NewAttemptsBeginAtNothing"] = StepInvariants.NewAttemptsBeginAtNothing,
        ["StepInvariants.TrafficBeginsOnlyWhenItsGatesPassed"] = StepInvariants.TrafficBeginsOnlyWhenItsGatesPassed,
        ["StepInvariants.GatesCountForOneStepOfOneAttempt"] = StepInvariants.GatesCountForOneStepOfOneAttempt,
        ["WorkloadInvariants.InstancesGoOnlyAfterTheDrain"] = WorkloadInvariants.InstancesGoOnlyAfterTheDrain,
        ["WorkloadInvariants.CapacityStaysUnderTraffic"] = WorkloadInvariants.CapacityStaysUnderTraffic,
        ["WorkloadInvariants.HandOverComesAfterAllTraffic"] = WorkloadInvariants.HandOverComesAfterAllTraffic,
        ["RevisionInvariants.StableIsTheLastPromoted"] = RevisionInvariants.StableIsTheLastPromoted,
        ["RevisionInvariants.RejectedIsNeverAFastTarget"] = RevisionInvariants.RejectedIsNeverAFastTarget,
        ["RevisionInvariants.RequestsAreNeverLost"] = RevisionInvariants.RequestsAreNeverLost,
        ["WindowInvariants.NothingAdvancesWhileClosed"] = WindowInvariants.NothingAdvancesWhileClosed,
        ["WindowInvariants.RollbacksNeverWait"] = WindowInvariants.RollbacksNeverWait,
        ["WindowInvariants.WakesAtTheOpening"] = WindowInvariants.WakesAtTheOpening,
        ["WindowInvariants.StartsWaitForRoom"] = WindowInvariants.StartsWaitForRoom,
        ["WindowInvariants.SaysWhatKeepsAStart"] = WindowInvariants.SaysWhatKeepsAStart,
        ["DecisionInvariants.EveryChangeIsAnnouncedOnce"] = DecisionInvariants.EveryChangeIsAnnouncedOnce,
        ["DecisionInvariants.IsAFixpoint"] = DecisionInvariants.IsAFixpoint,
        ["DecisionInvariants.WakesWhenTimeMatters"] = DecisionInvariants.WakesWhenTimeMatters,
        ["DecisionInvariants.CommandsAreAnswered"] = DecisionInvariants.CommandsAreAnswered,
        ["DecisionInvariants.SaysWhatIsWaitedFor"] = DecisionInvariants.SaysWhatIsWaitedFor,
    };

    private static readonly Func<Edge, string?>[] InOrder = [.. All.Values];

    public static string? Broken(Edge edge)
    {
        foreach (var invariant in InOrder)
        {
            if (invariant(edge) is { } broken)
            {
                return broken;
            }
        }

        return null;
    }

    /// <summary>No other attempt began meanwhile. What the walk forgets of the history may give the next attempt of a revision the number of the last one.</summary>
    public static bool SameAttempt(Edge edge) => edge.State.CanaryRevision == edge.After.CanaryRevision && edge.State.Attempt == edge.After.Attempt
        && !edge.Decision.Transitions.Any(one => one.From.IsAtRest() && one.To is RolloutPhase.Initializing);
}
