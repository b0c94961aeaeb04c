using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;

namespace CanaryController.Core.Tests.Rollouts;

public sealed class WholeRolloutTests
{
    [Fact]
    public void A_good_canary_is_promoted_step_by_step()
    {
        var run = RolloutRun.External(Specs.Step(5), Specs.Step(25), Specs.Step(100)).Start();
        Assert.Equal((RolloutPhase.Progressing, 0, 5m), At(run));
        run.After(Specs.Minute);
        Assert.Equal((RolloutPhase.Progressing, 1, 25m), At(run));
        run.After(Specs.Minute);
        Assert.Equal((RolloutPhase.Progressing, 2, 100m), At(run));
        run.After(Specs.Minute);
        Assert.Equal((RolloutPhase.Promoted, 2, 100m), At(run));
        Assert.Equal("v2", run.Present.StableRevision);
        Assert.Equal("v2", run.Applied!.SoleVersion);
    }

    [Fact]
    public void A_managed_canary_is_scaled_drained_and_handed_over()
    {
        var run = RolloutRun.Managed(Specs.Step(25), Specs.Step(50)).Start();
        Assert.Equal(1, run.CanarySize);
        run.After(Specs.Minute);
        Assert.Equal(2, run.CanarySize);
        run.After(Specs.Minute);
        Assert.Equal((RolloutPhase.Promoting, 1, 100m), At(run));
        Assert.Equal(4, run.CanarySize);
        Assert.False(run.HandedOver);
        run.After(TimeSpan.FromSeconds(30));
        Assert.True(run.HandedOver);
        Assert.Equal(RolloutPhase.Promoted, run.Present.Phase);
    }

    [Fact]
    public void A_failing_canary_is_rolled_back_at_once_and_keeps_its_instances_until_it_is_drained()
    {
        var run = RolloutRun.Managed(Specs.Step(50)).Start();
        run.Verdict = Verdict.Failed;
        run.Settle();
        Assert.Equal(RolloutPhase.Aborting, run.Present.Phase);
        Assert.Equal("v1", run.Applied!.SoleVersion);
        Assert.Equal(2, run.CanarySize);
        run.After(TimeSpan.FromSeconds(30));
        Assert.Equal((RolloutPhase.Aborted, 0, 0m), At(run));
        Assert.Equal(0, run.CanarySize);
        Assert.Equal(RolloutReason.MetricFailed, run.Present.Reason);
    }

    [Fact]
    public void A_newer_revision_takes_the_place_of_the_present_one_from_weight_0()
    {
        var run = RolloutRun.External(Specs.Step(5), Specs.Step(50)).Start().After(Specs.Minute);
        run.Declared = "v3";
        var decision = run.Decide();
        Assert.Equal([RolloutReason.Superseded], decision.Transitions.Select(one => one.Reason));
        run.Settle();
        Assert.Equal((RolloutPhase.Progressing, 0, 5m), At(run));
        Assert.Equal("v3", run.Present.CanaryRevision);
        Assert.Equal(RevisionOutcome.Superseded, run.Present.History[^1].Outcome);
    }

    private static (RolloutPhase, int, decimal) At(RolloutRun run) => (run.Present.Phase, run.Present.StepIndex, run.Present.Weight.Percent);
}
