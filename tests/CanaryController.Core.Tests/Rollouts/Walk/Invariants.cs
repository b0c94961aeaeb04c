namespace CanaryController.Core.Tests.Rollouts.Walk;

/// <summary>What must hold of every decision. Each is written from what is promised, not from how the planner does it.</summary>
internal static class Invariants
{
    private static readonly Func<Edge, string?>[] All =
    [
        WeightInvariants.RisesOnlyForAReason,
        WeightInvariants.IsWithinCapacity,
        WeightInvariants.NeverReturnsToARejectedCanary,
        WeightInvariants.ReturnsAsFarAsStableCarries,
        WeightInvariants.StaysWhilePaused,
        WeightInvariants.IsAppliedAsDecided,
        StepInvariants.AreLeftOnlyWhenAllConditionsHold,
        StepInvariants.ApprovalsCountForOneStepOfOneAttempt,
        StepInvariants.FailureRollsBackAtOnce,
        StepInvariants.NewAttemptsBeginAtNothing,
        WorkloadInvariants.InstancesGoOnlyAfterTheDrain,
        WorkloadInvariants.CapacityStaysUnderTraffic,
        WorkloadInvariants.HandOverComesAfterAllTraffic,
        RevisionInvariants.StableIsTheLastPromoted,
        RevisionInvariants.RejectedIsNeverAFastTarget,
        RevisionInvariants.RequestsAreNeverLost,
        DecisionInvariants.EveryChangeIsAnnouncedOnce,
        DecisionInvariants.IsAFixpoint,
        DecisionInvariants.WakesWhenTimeMatters,
        DecisionInvariants.CommandsAreAnswered,
    ];

    public static string? Broken(Edge edge)
    {
        foreach (var invariant in All)
        {
            if (invariant(edge) is { } broken)
            {
                return broken;
            }
        }

        return null;
    }

    public static bool SameAttempt(Edge edge) => edge.State.CanaryRevision == edge.After.CanaryRevision && edge.State.Attempt == edge.After.Attempt;
}
