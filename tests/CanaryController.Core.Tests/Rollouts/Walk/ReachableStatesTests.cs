using CanaryController.Core.Rollouts;

namespace CanaryController.Core.Tests.Rollouts.Walk;

/// <summary>The exhaustive walk. One class a workload, so that they run side by side.</summary>
public sealed class ExternalReachableStatesTests(ITestOutputHelper output)
{
    [Fact]
    public void All_invariants_hold_in_every_state_that_can_be_reached() => WholeWalk.Check(WorkloadKind.External, output);
}

/// <summary>The same where the controller runs the instances.</summary>
public sealed class ManagedReachableStatesTests(ITestOutputHelper output)
{
    [Fact]
    public void All_invariants_hold_in_every_state_that_can_be_reached() => WholeWalk.Check(WorkloadKind.Managed, output);
}

internal static class WholeWalk
{
    public static void Check(WorkloadKind workload, ITestOutputHelper output)
    {
        var spec = WalkBounds.Spec(workload);
        var walker = new Walker(spec, RolloutPlanner.Decide);
        var violation = walker.Run();
        output.WriteLine($"{workload}: {walker.States.Count:N0} states, {walker.Edges:N0} decisions");
        Assert.True(violation is null, violation);
        foreach (var state in walker.States)
        {
            Assert.True(Homecoming.IsReached(spec, state, isDeleted: false), $"Stuck: {state}");
            Assert.True(Homecoming.IsReached(spec, state, isDeleted: true), $"Stuck on deletion: {state}");
        }
    }
}
