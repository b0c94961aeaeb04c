using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Rollouts;

public sealed class StateMachineTests
{
    [Fact]
    public void A_lost_database_does_not_undo_a_promotion()
    {
        var run = RolloutRun.External(Specs.Step(50));
        (run.Declared, run.Applied) = ("v2", TrafficSplit.AllTo("v2"));
        run.Settle();
        Assert.Equal((RolloutPhase.Idle, "v2"), (run.Present.Phase, run.Present.StableRevision));
        Assert.Equal("v2", run.Applied!.SoleVersion);
    }

    [Fact]
    public void Nothing_is_adopted_before_the_router_answers()
    {
        var run = RolloutRun.External(Specs.Step(50));
        run.RouterAnswers = false;
        Assert.Empty(run.Decide().Effects);
        Assert.Null(run.Present.StableRevision);
        run.RouterAnswers = true;
        Assert.Equal("v1", run.Settle().Present.StableRevision);
    }

    [Fact]
    public void A_file_that_stays_as_it_is_never_starts_a_rejected_revision_again()
    {
        var run = RolloutRun.External(Specs.Step(50)).Start();
        run.Verdict = Verdict.Failed;
        run.Settle();
        run.Verdict = Verdict.Passed;
        run.After(TimeSpan.FromDays(1));
        Assert.Equal(RolloutPhase.Aborted, run.Present.Phase);
        Assert.Equal(CommandStatus.Refused, run.Command(RolloutAction.Start, "v2").Status);
        Assert.Equal(CommandStatus.Accepted, run.Command(RolloutAction.Retry, "v2").Status);
        Assert.Equal(2, run.Present.Attempt);
    }

    [Fact]
    public void A_router_that_says_nothing_neither_moves_nor_aborts_an_external_canary()
    {
        var run = RolloutRun.External(Specs.Step(50), Specs.Step(100)).Start();
        (run.RouterAnswers, run.CanarySize) = (false, 0);
        run.After(Specs.Minute);
        Assert.Equal((RolloutPhase.Progressing, 0, 50m), (run.Present.Phase, run.Present.StepIndex, run.Present.Weight.Percent));
        (run.RouterAnswers, run.CanarySize) = (true, 4);
        Assert.Equal(1, run.Settle().Present.StepIndex);
    }

    [Fact]
    public void Traffic_returns_in_proportion_to_what_stable_carries()
    {
        var run = RolloutRun.Managed(Specs.Step(75)).Start();
        (run.StableReady, run.Verdict) = (2, Verdict.Failed);
        Assert.Equal(50m, run.Decide().Next.Weight.Percent);
        run.StableReady = 3;
        Assert.Equal(0m, run.Decide().Next.Weight.Percent);
    }

    [Fact]
    public void An_autoscaler_never_keeps_traffic_on_a_failed_canary()
    {
        var run = RolloutRun.Managed(Specs.Step(75)).Start();
        (run.StableSize, run.Verdict) = (40, Verdict.Failed);
        Assert.Equal(0m, run.Decide().Next.Weight.Percent);
    }

    [Fact]
    public void A_weight_falls_with_the_canarys_capacity_and_the_hold_starts_over()
    {
        var run = RolloutRun.Managed(Specs.Step(50), Specs.Step(100)).Start();
        run.CanaryReady = 1;
        run.After(Specs.Minute);
        Assert.Equal((0, 25m), (run.Present.StepIndex, run.Present.Weight.Percent));
        run.CanaryReady = null;
        run.Settle();
        Assert.Equal((0, 50m), (run.Present.StepIndex, run.Present.Weight.Percent));
        Assert.Equal(run.Now, run.Present.StepSince);
    }

    [Theory]
    [InlineData(9, null, 25, 4)]
    [InlineData(3, null, 25, 3)]
    [InlineData(1, null, 75, 3)]
    [InlineData(null, 100, 25, 4)]
    public void A_canary_has_what_its_step_asks_for_but_no_more_than_stable_had_at_the_start_and_no_less_than_its_weight_needs(
        int? count, int? percent, int weight, int expected)
    {
        var run = RolloutRun.Managed(Specs.Step(weight) with { Replicas = new ReplicaTarget(count, percent) }, Specs.Step(100)).Start();
        Assert.Equal(expected, run.CanarySize);
        Assert.Equal(RolloutPhase.Progressing, run.Present.Phase);
    }

    [Fact]
    public void The_first_hold_begins_after_the_warm_up()
    {
        var run = RolloutRun.External(Specs.Step(50), Specs.Step(100));
        run.Spec = run.Spec with { Analysis = run.Spec.Analysis with { WarmUp = Specs.Minute } };
        run.Start().After(Specs.Minute);
        Assert.Equal(0, run.Present.StepIndex);
        Assert.Equal(1, run.After(Specs.Minute).Present.StepIndex);
    }

    [Fact]
    public void A_revision_keeps_the_steps_it_started_with()
    {
        var run = RolloutRun.External(Specs.Step(5), Specs.Step(25)).Start();
        run.Spec = run.Spec with { Steps = [Specs.Step(5), Specs.Step(90)] };
        Assert.Equal(25m, run.After(Specs.Minute).Present.Weight.Percent);
    }

    [Fact]
    public void An_undo_within_the_window_takes_one_step_at_100_that_is_still_judged()
    {
        var run = RolloutRun.External(Specs.Step(5), Specs.Step(100));
        run.Spec = run.Spec with { RollbackWindowRevisions = 1 };
        run.Start().After(Specs.Minute).After(Specs.Minute);
        Assert.Equal("v2", run.Present.StableRevision);
        Assert.Equal(CommandStatus.Accepted, run.Command(RolloutAction.Undo).Status);
        run.Settle();
        Assert.Equal(("v1", RolloutPhase.Progressing, 100m), (run.Present.CanaryRevision, run.Present.Phase, run.Present.Weight.Percent));
        run.Verdict = Verdict.Failed;
        Assert.Equal(RolloutPhase.Aborted, run.Settle().Present.Phase);
        run.Verdict = Verdict.Passed;
        run.Command(RolloutAction.Undo, "v1");
        Assert.Equal(5m, run.Settle().Present.Weight.Percent);
    }

    [Fact]
    public void An_approval_needs_different_people()
    {
        var run = RolloutRun.External(Specs.Approved(50, required: 2), Specs.Step(100)).Start().After(Specs.Minute);
        Assert.Equal(RolloutPhase.WaitingApproval, run.Present.Phase);
        Assert.Equal(CommandStatus.Accepted, run.Command(RolloutAction.Approve).Status);
        Assert.Equal(CommandStatus.Unchanged, run.Command(RolloutAction.Approve).Status);
        Assert.Equal(CommandStatus.Conflict, run.Command(RolloutAction.Approve, actor: "bob", step: 1).Status);
        Assert.Equal(CommandStatus.Accepted, run.Command(RolloutAction.Approve, actor: "bob").Status);
        Assert.Equal(1, run.Present.StepIndex);
    }

    [Fact]
    public void Time_spent_paused_does_not_run_the_hold_limit()
    {
        var run = RolloutRun.External(Specs.Step(50)).Start();
        run.Verdict = Verdict.NoData;
        run.After(Specs.Minute);
        run.Command(RolloutAction.Pause);
        run.After(TimeSpan.FromHours(9));
        run.Command(RolloutAction.Resume);
        Assert.Equal(RolloutPhase.Progressing, run.Settle().Present.Phase);
        Assert.Equal(RolloutReason.HoldLimitExceeded, run.After(30 * Specs.Minute).Present.Reason);
    }

    [Fact]
    public void A_revision_asked_for_during_the_hand_over_starts_after_it()
    {
        var run = RolloutRun.Managed(Specs.Step(100)).Start().After(Specs.Minute);
        run.Now += TimeSpan.FromSeconds(30);
        Assert.Contains(run.Decide().Effects, one => one is Effect.HandOver);
        (run.HandedOver, run.Declared) = (false, "v3");
        Assert.Equal(RolloutPhase.Promoting, run.Decide().Next.Phase);
        run.Settle();
        Assert.Equal(("v2", "v3"), (run.Present.StableRevision, run.Present.CanaryRevision));
    }

    [Fact]
    public void A_deleted_rollout_goes_back_to_stable_and_is_forgotten()
    {
        var run = RolloutRun.Managed(Specs.Step(50)).Start();
        run.Deleted = true;
        Assert.False(run.Settle().Last.Forget);
        run.After(TimeSpan.FromSeconds(30));
        Assert.True(run.Last.Forget);
        Assert.Equal("v1", run.Applied!.SoleVersion);
    }

    [Fact]
    public void A_state_that_contradicts_itself_goes_back_to_stable()
    {
        var run = RolloutRun.External(Specs.Step(50)).Start();
        run.State = run.Present with { StepIndex = 7 };
        run.Settle();
        Assert.Equal((RolloutPhase.Aborted, RolloutReason.InconsistentState), (run.Present.Phase, run.Present.Reason));
    }

    [Theory]
    [InlineData(RolloutAction.Promote)]
    [InlineData(RolloutAction.Abort)]
    [InlineData(RolloutAction.Pause)]
    [InlineData(RolloutAction.Resume)]
    [InlineData(RolloutAction.Skip)]
    [InlineData(RolloutAction.Approve)]
    [InlineData(RolloutAction.Reject)]
    public void A_command_for_another_step_than_the_present_one_changes_nothing(RolloutAction action)
    {
        var run = RolloutRun.External(Specs.Step(5) with { Hold = Specs.Minute }, Specs.Step(50)).Start();
        var before = run.Present;
        Assert.Equal(CommandStatus.Conflict, run.Command(action, "v2", step: 1).Status);
        Assert.Equal((before.Phase, before.StepIndex, before.Weight), (run.Present.Phase, run.Present.StepIndex, run.Present.Weight));
    }
}
