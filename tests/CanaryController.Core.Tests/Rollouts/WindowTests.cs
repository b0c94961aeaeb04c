using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Rollouts;

/// <summary>What a closed window and a limit hold up, and what they never do.</summary>
public sealed class WindowTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void A_start_waits_for_the_opening_and_goes_on_by_itself()
    {
        var run = RolloutRun.External(Specs.Step(25)).Settle();
        run.OpensAt = run.Now + Hour;
        run.Declared = "v2";
        run.Settle();
        Assert.Equal(RolloutPhase.Idle, run.Present.Phase);
        Assert.Equal("v2", run.Present.Pending?.Revision);
        Assert.Equal(run.OpensAt, run.Last.WakeAt);
        Assert.Equal(["window: closed by FreezeWindow f until 01:00."], RolloutExplanation.WaitingFor(run.Spec, run.Present, run.See()));

        run.After(Hour);
        Assert.Equal((RolloutPhase.Progressing, 25m), (run.Present.Phase, run.Present.Weight.Percent));
    }

    [Fact]
    public void A_step_is_not_left_while_the_window_is_closed()
    {
        var run = RolloutRun.External(Specs.Step(25), Specs.Step(50)).Start();
        run.OpensAt = run.Now + Hour;
        run.After(Specs.Minute * 30);
        Assert.Equal((RolloutPhase.Progressing, 25m), (run.Present.Phase, run.Present.Weight.Percent));
        Assert.Equal(run.OpensAt, run.Last.WakeAt);

        run.After(Specs.Minute * 30);
        Assert.Equal(50m, run.Present.Weight.Percent);
    }

    [Theory]
    [InlineData(null, CommandStatus.Accepted)]
    [InlineData("v3", CommandStatus.Accepted)]
    [InlineData("v2", CommandStatus.Refused)]
    [InlineData("v4", CommandStatus.Conflict)]
    public void An_abort_takes_back_the_revision_that_waits_to_start_and_never_in_the_place_of_another(string? revision, CommandStatus status)
    {
        var run = RolloutRun.External(Specs.Step(25)).Start().After(Hour);
        Assert.Equal((RolloutPhase.Promoted, "v2"), (run.Present.Phase, run.Present.CanaryRevision));
        run.OpensAt = run.Now + Hour;
        run.Declared = "v3";
        run.Settle();
        Assert.Equal("v3", run.Present.Pending?.Revision);
        Assert.Equal(status, run.Command(RolloutAction.Abort, revision).Status);
        run.Settle();
        Assert.Equal(status is CommandStatus.Accepted ? null : "v3", run.Present.Pending?.Revision);
        Assert.Equal(("v2", status is CommandStatus.Accepted), (run.Present.StableRevision, run.Present.Phase is RolloutPhase.Aborted));
    }

    [Fact]
    public void A_failing_canary_is_rolled_back_while_the_window_is_closed()
    {
        var run = RolloutRun.External(Specs.Step(25)).Start();
        run.OpensAt = run.Now + Hour;
        run.Verdict = Core.Analysis.Verdict.Failed;
        run.Settle();
        Assert.Equal((RolloutPhase.Aborted, RolloutReason.MetricFailed), (run.Present.Phase, run.Present.Reason));
    }

    [Fact]
    public void An_abort_by_a_person_never_waits()
    {
        var run = RolloutRun.External(Specs.Step(25)).Start();
        run.OpensAt = run.Now + Hour;
        Assert.Equal(CommandStatus.Accepted, run.Command(RolloutAction.Abort).Status);
        run.Settle();
        Assert.Equal(RolloutPhase.Aborted, run.Present.Phase);
    }

    [Fact]
    public void What_waits_to_start_can_be_taken_back_and_tried_again()
    {
        var run = RolloutRun.External(Specs.Step(25)).Settle();
        run.OpensAt = run.Now + Hour;
        run.Declared = "v2";
        run.Settle();
        Assert.Equal(CommandStatus.Accepted, run.Command(RolloutAction.Abort, comment: "not now").Status);
        Assert.Equal(RolloutPhase.Aborted, run.Settle().Present.Phase);
        Assert.Equal("ann aborted v2 before it began: not now", run.Present.Message);
        Assert.Null(run.Last.WakeAt);

        var retried = run.Command(RolloutAction.Retry);
        Assert.Equal("v2 starts again from 0 % as soon as it may. window: closed by FreezeWindow f until 01:00.", retried.Message);
        run.After(Hour);
        Assert.Equal((RolloutPhase.Progressing, 2), (run.Present.Phase, run.Present.Attempt));
    }

    [Fact]
    public void An_abort_may_name_what_waits_to_start_and_takes_back_nothing_else()
    {
        var run = RolloutRun.External(Specs.Step(25)).Settle();
        run.OpensAt = run.Now + Hour;
        run.Declared = "v2";
        run.Settle();
        Assert.Equal((CommandStatus.Conflict, CommandStatus.Accepted), (run.Command(RolloutAction.Abort, "v3").Status, run.Command(RolloutAction.Abort, "v2").Status));
        Assert.Equal(RolloutPhase.Aborted, run.Settle().Present.Phase);
        run.After(Hour);
        Assert.Equal((RolloutPhase.Aborted, RevisionOutcome.RolledBack), (run.Present.Phase, run.Present.History[^1].Outcome));
    }

    [Fact]
    public void An_abort_that_names_what_waits_for_another_rollback_keeps_it_from_starting()
    {
        var run = RolloutRun.External(Specs.Step(25)).Start();
        run.RouterObeys = false;
        run.Command(RolloutAction.Start, "v3");
        Assert.Equal((RolloutPhase.Aborting, "v3"), (run.Settle().Present.Phase, run.Present.Pending?.Revision));
        Assert.Equal(new CommandResult(CommandStatus.Accepted, "v3 does not start."), run.Command(RolloutAction.Abort, "v3"));
        run.RouterObeys = true;
        run.Settle();
        Assert.Equal((RolloutPhase.Aborted, "v2"), (run.Present.Phase, run.Present.CanaryRevision));
    }

    [Theory]
    [InlineData(RolloutAction.Promote)]
    [InlineData(RolloutAction.Skip)]
    public void Nobody_moves_traffic_forward_by_a_command_while_the_window_is_closed(RolloutAction action)
    {
        var run = RolloutRun.External(Specs.Step(25), Specs.Step(50)).Start();
        run.OpensAt = run.Now + Hour;
        var answer = run.Command(action);
        Assert.Equal(CommandStatus.Refused, answer.Status);
        Assert.Equal($"The window is closed by FreezeWindow f until 01:00. {action} when it opens, or break the glass first, with a reason.", answer.Message);
    }

    [Fact]
    public void A_broken_glass_lets_one_revision_start_and_go_on_and_is_remembered()
    {
        var run = RolloutRun.External(Specs.Step(25)).Settle();
        run.OpensAt = run.Now + (10 * Hour);
        run.Limit = "3 of 3 rollouts are under way.";
        run.Declared = "v2";
        run.Settle();
        Assert.Equal(CommandStatus.Refused, run.Command(RolloutAction.BreakGlass).Status);
        Assert.Equal(CommandStatus.Accepted, run.Command(RolloutAction.BreakGlass, comment: "the shop is down").Status);
        Assert.Contains(run.Transitions, one => one is { Reason: RolloutReason.GlassBroken, Actor: "ann" } && one.Message.EndsWith("the shop is down", StringComparison.Ordinal));

        run.After(Hour).After(Hour);
        Assert.Equal(RolloutPhase.Promoted, run.Present.Phase);
        Assert.Equal("ann: the shop is down", run.Present.History[^1].BreakGlass);
        Assert.Null(run.Present.Glass);

        run.Declared = "v3";
        Assert.Equal(RolloutPhase.Promoted, run.Settle().Present.Phase);
        Assert.Equal("v3", run.Present.Pending?.Revision);
    }

    [Fact]
    public void An_undo_is_a_rollback_and_waits_for_nothing()
    {
        var run = RolloutRun.External(Specs.Step(25)).Start();
        run.After(Hour);
        Assert.Equal("v2", run.Present.StableRevision);
        run.OpensAt = run.Now + (10 * Hour);
        run.Limit = "3 of 3 rollouts are under way.";
        Assert.Equal(CommandStatus.Accepted, run.Command(RolloutAction.Undo).Status);
        run.After(Hour).After(Hour);
        Assert.Equal("v1", run.Present.StableRevision);
    }

    [Fact]
    public void An_undo_of_what_waits_already_does_not_wait_any_more()
    {
        var run = RolloutRun.External(Specs.Step(25)).Start();
        run.After(Hour);
        run.OpensAt = run.Now + (10 * Hour);
        run.Declared = "v1";
        run.Settle();
        Assert.Equal("v1", run.Present.Pending?.Revision);
        Assert.Equal(CommandStatus.Accepted, run.Command(RolloutAction.Undo, "v1").Status);
        Assert.Equal(RolloutPhase.Progressing, run.Settle().Present.Phase);
    }

    [Fact]
    public void The_progress_deadline_does_not_run_while_a_window_keeps_the_weight()
    {
        var run = RolloutRun.Managed(Specs.Step(25)).Settle();
        run.CanaryReady = 0;
        run.Declared = "v2";
        run.Settle();
        run.OpensAt = run.Now + (5 * Hour);
        run.After(2 * Hour);
        Assert.Equal(RolloutPhase.Initializing, run.Present.Phase);

        run.After(3 * Hour);
        Assert.Equal(RolloutPhase.Initializing, run.Present.Phase);
        run.After(Specs.Minute * 10);
        Assert.Equal(RolloutReason.ProgressDeadlineExceeded, run.Present.Reason);
    }

    [Fact]
    public void A_start_waits_for_room_and_says_so()
    {
        var run = RolloutRun.External(Specs.Step(25)).Settle();
        run.Limit = "3 of 3 rollouts are under way, and 1 waits before this one.";
        run.Declared = "v2";
        run.Settle();
        Assert.Equal(["limit: 3 of 3 rollouts are under way, and 1 waits before this one."], RolloutExplanation.WaitingFor(run.Spec, run.Present, run.See()));
        run.Limit = null;
        Assert.Equal(RolloutPhase.Progressing, run.Settle().Present.Phase);
        run.Limit = "3 of 3 rollouts are under way.";
        run.After(Hour).After(Hour);
        Assert.Equal(RolloutPhase.Promoted, run.Present.Phase);
    }

    [Fact]
    public void All_traffic_that_a_promotion_has_is_handed_over_in_a_closed_window_too()
    {
        var run = RolloutRun.Managed(new RolloutStep { Weight = CanaryWeight.Full, Hold = Specs.Minute }).Start();
        run.After(Specs.Minute);
        Assert.Equal(RolloutPhase.Promoting, run.Present.Phase);
        run.OpensAt = run.Now + (10 * Hour);
        run.After(Specs.Minute);
        Assert.Equal(RolloutPhase.Promoted, run.Present.Phase);
    }
}
