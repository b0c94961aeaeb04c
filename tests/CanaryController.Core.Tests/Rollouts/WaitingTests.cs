using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;

namespace CanaryController.Core.Tests.Rollouts;

/// <summary>How long a rollout waits, for what, and that it says so.</summary>
public sealed class WaitingTests
{
    [Fact]
    public void A_canary_that_is_ready_when_the_controller_comes_back_is_not_given_up()
    {
        var run = RolloutRun.Managed(Specs.Step(25), Specs.Step(50)).Start();
        run.CanaryReady = 1;
        run.After(Specs.Minute);
        Assert.Equal((1, 25m), (run.Present.StepIndex, run.Present.Weight.Percent));
        run.CanaryReady = 2;
        run.After(11 * Specs.Minute);
        Assert.Equal((RolloutPhase.Progressing, 50m), (run.Present.Phase, run.Present.Weight.Percent));
    }

    [Fact]
    public void The_router_has_the_whole_progress_deadline_from_the_moment_the_weight_rose()
    {
        var run = RolloutRun.Managed(Specs.Step(25), Specs.Step(50)).Start();
        run.CanaryReady = 1;
        run.After(Specs.Minute);
        (run.CanaryReady, run.RouterObeys) = (2, false);
        run.After(9 * Specs.Minute);
        Assert.Equal(50m, run.Present.Weight.Percent);
        Assert.Equal(RolloutPhase.Progressing, run.After(9 * Specs.Minute).Present.Phase);
        Assert.Equal(RolloutReason.ProgressDeadlineExceeded, run.After(Specs.Minute).Present.Reason);
    }

    [Fact]
    public void A_promotion_has_the_whole_progress_deadline_from_the_moment_the_weight_rose()
    {
        var run = RolloutRun.Managed(Specs.Step(50)).Start();
        run.CanaryReady = 2;
        run.After(Specs.Minute);
        Assert.Equal((RolloutPhase.Promoting, 50m), (run.Present.Phase, run.Present.Weight.Percent));
        run.CanaryReady = 4;
        run.After(11 * Specs.Minute);
        Assert.Equal((RolloutPhase.Promoting, 100m), (run.Present.Phase, run.Present.Weight.Percent));
    }

    [Fact]
    public void A_router_that_is_silent_now_and_then_does_not_keep_the_hold_limit_from_coming()
    {
        var run = RolloutRun.External(Specs.Step(50)).Start();
        run.Verdict = Verdict.NoData;
        run.After(Specs.Minute);
        for (var minutes = 0; minutes < 30; minutes += 5)
        {
            run.RouterAnswers = false;
            run.Settle();
            run.RouterAnswers = true;
            run.After(5 * Specs.Minute);
        }

        Assert.Equal(RolloutReason.HoldLimitExceeded, run.Present.Reason);
    }

    [Fact]
    public void Promote_with_a_router_that_never_answers_is_given_up_at_the_deadline_and_says_what_it_waits_for()
    {
        var run = RolloutRun.External(Specs.Step(50)).Start();
        run.RouterAnswers = false;
        Assert.Equal(CommandStatus.Accepted, run.Command(RolloutAction.Promote).Status);
        run.After(10 * Specs.Minute);
        Assert.Equal((RolloutPhase.Aborting, 0m), (run.Present.Phase, run.Present.Weight.Percent));
        Assert.Equal(["router: has not taken up 0 % for v2: connection refused."], RolloutExplanation.WaitingFor(run.Spec, run.Present, run.See()));
        run.RouterAnswers = true;
        Assert.Equal(RolloutPhase.Aborted, run.Settle().Present.Phase);
    }

    [Fact]
    public void Durations_without_an_end_and_a_clock_that_goes_back_neither_throw_nor_wake_in_the_past()
    {
        var run = RolloutRun.External(Specs.Step(50) with { Hold = TimeSpan.MaxValue }, Specs.Step(100));
        run.Spec = run.Spec with
        {
            ProgressDeadline = TimeSpan.MaxValue,
            Analysis = run.Spec.Analysis with { HoldLimit = TimeSpan.MaxValue, WarmUp = TimeSpan.MaxValue },
        };
        run.Start();
        Assert.Null(run.Last.WakeAt);
        run.After(TimeSpan.FromDays(-3650));
        Assert.Equal((RolloutPhase.Progressing, 0), (run.Present.Phase, run.Present.StepIndex));
        Assert.All(RolloutExplanation.WaitingFor(run.Spec, run.Present, run.See()), Assert.NotEmpty);
    }

    [Fact]
    public void A_paused_rollout_says_what_else_it_waits_for()
    {
        var run = RolloutRun.External(Specs.Step(50)).Start();
        run.Command(RolloutAction.Pause);
        run.RouterAnswers = false;
        Assert.Equal(
            ["resume: paused at 50 %.", "router: has not taken up 50 % for v2: connection refused."],
            RolloutExplanation.WaitingFor(run.Spec, run.Present, run.See()));
    }

    [Fact]
    public void A_rollback_to_a_stable_that_is_scaled_to_0_says_that_it_must_be_scaled_up()
    {
        var run = RolloutRun.Managed(Specs.Step(50)).Start();
        (run.StableReady, run.StableSize, run.Verdict) = (0, 0, Verdict.Failed);
        run.Settle();
        Assert.Equal((RolloutPhase.Aborting, 50m), (run.Present.Phase, run.Present.Weight.Percent));
        Assert.Equal(
            ["capacity: v1 is scaled to 0 and can take nothing over. Scale it up to finish the rollback."],
            RolloutExplanation.WaitingFor(run.Spec, run.Present, run.See()));
        (run.StableReady, run.StableSize) = (1, 1);
        Assert.Equal(0m, run.Settle().Present.Weight.Percent);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_deletion_or_release_waits_a_minute_for_an_answer_of_the_router_then_leaves_and_says_so(bool isManaged, bool isDeleted)
    {
        var run = (isManaged ? RolloutRun.Managed(Specs.Step(50)) : RolloutRun.External(Specs.Step(50))).Start();
        (run.Deleted, run.Released, run.RouterAccepts) = (isDeleted, !isDeleted, false);
        run.After(Specs.Minute / 2);
        Assert.Equal((RolloutPhase.Aborting, false), (run.Present.Phase, run.Last.Forget));
        Assert.NotNull(run.Last.WakeAt);

        run.After(Specs.Minute).After(Specs.Minute);
        Assert.True(run.Last.Forget);
        var told = Assert.Single(run.Transitions, one => one.Reason is RolloutReason.RouteUnanswered);
        Assert.Contains("nothing has accepted that for 60 s", told.Message, StringComparison.Ordinal);
        Assert.Equal(isDeleted ? RolloutReason.Deleted : RolloutReason.Released, run.Present.Reason);
    }

    [Fact]
    public void A_deletion_never_leaves_before_the_router_carries_what_is_wanted()
    {
        var run = RolloutRun.Managed(Specs.Step(50)).Start();
        (run.Deleted, run.RouterAccepts, run.RouterObeys) = (true, false, false);
        run.After(10 * Specs.Minute).After(10 * Specs.Minute);
        Assert.Equal((RolloutPhase.Aborting, false), (run.Present.Phase, run.Last.Forget));

        run.RouterObeys = true;
        run.Settle().After(Specs.Minute / 2);
        Assert.False(run.Last.Forget);
    }

    [Fact]
    public void An_abort_without_a_deletion_waits_for_the_router_as_long_as_it_takes()
    {
        var run = RolloutRun.Managed(Specs.Step(50)).Start();
        (run.Alarm, run.RouterAccepts) = ("The pager says so.", false);
        run.After(10 * Specs.Minute).After(10 * Specs.Minute);
        Assert.Equal(RolloutPhase.Aborting, run.Present.Phase);
    }

    [Fact]
    public void A_canary_is_never_larger_than_an_autoscaler_would_make_the_workload()
    {
        var run = RolloutRun.Managed(Specs.Step(50), Specs.Step(100)).Start();
        (run.StableSize, run.StableReady, run.MaxSize) = (3, 3, 3);
        run.After(Specs.Minute);
        run.After(Specs.Minute);
        Assert.Equal((100m, 3), (run.Present.Weight.Percent, run.CanarySize));
        run.After(Specs.Minute).After(Specs.Minute);
        Assert.Equal(RolloutPhase.Promoted, run.Present.Phase);
    }
}
