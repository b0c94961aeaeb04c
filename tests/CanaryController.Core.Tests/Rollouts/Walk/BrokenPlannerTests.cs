using CanaryController.Core.Rollouts;

namespace CanaryController.Core.Tests.Rollouts.Walk;

/// <summary>
/// The walk is worth what it catches: each planner of <see cref="BrokenPlanners"/> is broken in one way, and must be found out by the one invariant that
/// forbids it, without help of the others.
/// </summary>
public sealed class BrokenPlannerTests
{
    public static TheoryData<string, string> Faults => [.. BrokenPlanners.All.Select(one => (one.Key.Invariant, one.Key.Fault))];

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_broken_planner_is_found_out(string invariant, string fault)
    {
        var walker = new Walker(WalkBounds.Spec(WorkloadKind.Managed), BrokenPlanners.All[(invariant, fault)], Invariants.All[invariant]);
        Assert.NotNull(walker.Run());
    }

    [Fact]
    public void Every_invariant_has_a_planner_that_breaks_it() =>
        Assert.Equal(Invariants.All.Keys.Order(), BrokenPlanners.All.Keys.Select(one => one.Invariant).Distinct().Order());

    [Fact]
    public void The_architecture_names_every_invariant_and_no_other() => Assert.Equal(Architecture.Invariants, Invariants.All.Keys.Order());
}
