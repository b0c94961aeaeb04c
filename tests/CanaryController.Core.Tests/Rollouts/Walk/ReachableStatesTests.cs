using CanaryController.Core.Rollouts;

namespace CanaryController.Core.Tests.Rollouts.Walk;

/// <summary>The exhaustive walk. One class a workload, so that they run side by side.</summary>
public sealed class ExternalReachableStatesTests(ITestOutputHelper output)
{
    [Fact]
    public void All_invariants_hold_in_every_state_that_can_be_reached() =>
        WholeWalk.Check(WalkBounds.Spec(WorkloadKind.External), WholeWalk.NotInTwoSteps, output);

    [Fact]
    public void All_invariants_hold_in_every_state_of_a_plan_with_three_steps() =>
        WholeWalk.Check(WalkBounds.ThreeSteps(WorkloadKind.External), WholeWalk.NotInThreeSteps, output);
}

/// <summary>The same where the controller runs the instances.</summary>
public sealed class ManagedReachableStatesTests(ITestOutputHelper output)
{
    [Fact]
    public void All_invariants_hold_in_every_state_that_can_be_reached() =>
        WholeWalk.Check(WalkBounds.Spec(WorkloadKind.Managed), WholeWalk.NotInTwoSteps, output);

    [Fact]
    public void All_invariants_hold_in_every_state_of_a_plan_with_three_steps() =>
        WholeWalk.Check(WalkBounds.ThreeSteps(WorkloadKind.Managed), WholeWalk.NotInThreeSteps, output);
}

internal static class WholeWalk
{
    /// <summary>No reachable state contradicts itself; the first plan never aborts for missing evidence.</summary>
    public static readonly RolloutReason[] NotInTwoSteps = [RolloutReason.InconsistentState, RolloutReason.EvidenceMissing];

    /// <summary>The second plan never aborts at the hold limit, and is walked with open windows only.</summary>
    public static readonly RolloutReason[] NotInThreeSteps = [RolloutReason.InconsistentState, RolloutReason.HoldLimitExceeded, RolloutReason.GlassBroken];

    public static void Check(RolloutSpec spec, RolloutReason[] unreachable, ITestOutputHelper output)
    {
        var walker = new Walker(spec, RolloutPlanner.Decide, Invariants.Broken);
        var violation = walker.Run();
        output.WriteLine($"{spec.Workload}: {walker.States.Count:N0} states, {walker.Edges:N0} decisions");
        Assert.True(violation is null, violation);
        Assert.Equal(Architecture.Arrows, walker.Arrows.Where(one => one.From != one.To).Order());
        Assert.Equal(Enum.GetValues<RolloutReason>().Except(unreachable).Order(), walker.Reasons.Order());
        foreach (var state in walker.States)
        {
            Assert.True(Homecoming.IsReached(spec, state, isDeleted: false), $"Stuck: {state}");
            Assert.True(Homecoming.IsReached(spec, state, isDeleted: true), $"Stuck on deletion: {state}");
            Assert.True(Homecoming.IsReached(spec, state, isDeleted: true, isAnswered: false), $"Stuck on deletion while nobody answers: {state}");
        }
    }
}
