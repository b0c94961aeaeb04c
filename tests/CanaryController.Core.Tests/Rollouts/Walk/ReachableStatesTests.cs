using CanaryController.Core.Rollouts;

namespace CanaryController.Core.Tests.Rollouts.Walk;

public sealed class ReachableStatesTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(WorkloadKind.External)]
    [InlineData(WorkloadKind.Managed)]
    public void All_invariants_hold_in_every_state_that_can_be_reached(WorkloadKind workload)
    {
        var walker = new Walker(WalkBounds.Spec(workload), RolloutPlanner.Decide);
        var violation = walker.Run();
        output.WriteLine($"{workload}: {walker.States.Count:N0} states, {walker.Edges:N0} decisions");
        Assert.True(violation is null, violation);
    }
}
