using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Tests;

/// <summary>What a gate answers by what is known of a revision.</summary>
public sealed class GateAnswersTests
{
    private const string Image = "registry.example/shop:2.0";

    private static readonly RolloutView _view = new()
    {
        Namespace = "default",
        Name = "shop",
        Phase = RolloutPhase.Progressing,
        StableRevision = "h1",
        CanaryRevision = "h2",
        TargetRevision = "h2",
        Steps = [],
        Metrics = [],
        WaitingFor = [],
        Conditions = [],
        Reason = RolloutReason.StepCompleted,
        Message = "Step 1 is done.",
        Approvers = [],
        Problems = [],
        ResourceVersion = 1,
    };

    private static readonly GateSight _sight = new(_view, []);

    [Fact]
    public void The_release_before_never_answers_for_an_image_that_was_not_seen_yet()
    {
        var answer = Ask(Image, _sight with { Images = [Of("h1", "registry.example/shop:1.0")], View = _view with { Phase = RolloutPhase.Idle, CanaryRevision = null, TargetRevision = "h1" } });
        Assert.Equal((GateReached.No, null, false), (answer.Reached, answer.Revision, answer.Known));
    }

    [Fact]
    public void An_image_means_the_newest_revision_that_has_it()
    {
        var answer = Ask(Image, _sight with { Images = [Of("h0", Image), Of("h1", "other"), Of("h2", Image, "sidecar:1")], View = _view with { Phase = RolloutPhase.Promoted } });
        Assert.Equal((GateReached.Yes, "h2"), (answer.Reached, answer.Revision));
    }

    [Fact]
    public void What_the_workload_asks_for_now_comes_before_all_that_had_the_image_earlier()
    {
        var answer = Ask(Image, _sight with { Images = [Of("h2", Image)], Asked = new("h3", [Image]), IsAskedNew = true, View = _view with { Phase = RolloutPhase.Promoted } });
        Assert.Equal((GateReached.No, "h3", true), (answer.Reached, answer.Revision, answer.Known));
        Assert.Equal("h3 is asked for; the controller has not decided about it yet.", answer.Message);
    }

    [Theory]
    [InlineData(RevisionOutcome.RolledBack)]
    [InlineData(RevisionOutcome.Promoted)]
    [InlineData(RevisionOutcome.Superseded)]
    public void An_earlier_try_does_not_answer_once_the_revision_is_asked_for_again(RevisionOutcome earlier)
    {
        var sight = _sight with { Revisions = [Record("h0", earlier)] };
        Assert.Equal(earlier, Ask("h0", sight).Outcome);
        var again = Ask("h0", sight with { Asked = new("h0", []), IsAskedNew = true });
        Assert.Equal((GateReached.No, null), (again.Reached, again.Outcome));
    }

    [Theory]
    [InlineData(GateGoal.Promoted, RevisionOutcome.Promoted, GateReached.Yes)]
    [InlineData(GateGoal.Promoted, RevisionOutcome.RolledBack, GateReached.Never)]
    [InlineData(GateGoal.Promoted, RevisionOutcome.Superseded, GateReached.Never)]
    [InlineData(GateGoal.RolledBack, RevisionOutcome.RolledBack, GateReached.Yes)]
    [InlineData(GateGoal.RolledBack, RevisionOutcome.Promoted, GateReached.Never)]
    [InlineData(GateGoal.Paused, RevisionOutcome.Promoted, GateReached.Never)]
    [InlineData(GateGoal.Approval, RevisionOutcome.RolledBack, GateReached.Never)]
    [InlineData(GateGoal.Ended, RevisionOutcome.Superseded, GateReached.Yes)]
    public void What_is_over_is_answered_at_once_with_its_record(GateGoal goal, RevisionOutcome outcome, GateReached reached)
    {
        var answer = GateAnswers.Of(new(goal, "h0"), _sight with { Revisions = [Record("h0", outcome)] });
        Assert.Equal((reached, outcome, RolloutReason.MetricFailed, "It says why."), (answer.Reached, answer.Outcome, answer.Reason, answer.Message));
    }

    [Theory]
    [InlineData(GateGoal.Paused, RolloutPhase.Paused, GateReached.Yes)]
    [InlineData(GateGoal.Approval, RolloutPhase.WaitingApproval, GateReached.Yes)]
    [InlineData(GateGoal.Approval, RolloutPhase.Paused, GateReached.No)]
    [InlineData(GateGoal.Promoted, RolloutPhase.Promoting, GateReached.No)]
    [InlineData(GateGoal.RolledBack, RolloutPhase.Aborting, GateReached.No)]
    [InlineData(GateGoal.Ended, RolloutPhase.Paused, GateReached.No)]
    public void What_is_under_way_is_answered_by_where_it_rests(GateGoal goal, RolloutPhase phase, GateReached reached)
    {
        var sight = _sight with { View = _view with { Phase = phase } };
        Assert.Equal(reached, GateAnswers.Of(new(goal, "h2"), sight).Reached);
        Assert.Equal(GateReached.No, GateAnswers.Of(new(goal, "h3"), sight).Reached);
    }

    [Fact]
    public void A_revision_that_was_known_and_is_nowhere_was_superseded_before_its_turn()
    {
        Assert.Equal(GateReached.No, Ask("h7", _sight).Reached);
        var lost = GateAnswers.Of(new(GateGoal.Promoted, "h7") { Known = true }, _sight);
        Assert.Equal((GateReached.Never, RevisionOutcome.Superseded, "A newer revision took the place of h7."), (lost.Reached, lost.Outcome, lost.Message));
        Assert.Equal(RevisionOutcome.Superseded, Ask(Image, _sight with { Images = [Of("h7", Image)] }).Outcome);
    }

    [Fact]
    public void A_revision_whose_turn_has_not_come_is_waited_for_and_says_so()
    {
        var answer = Ask("h3", _sight with { View = _view with { TargetRevision = "h3", Phase = RolloutPhase.Aborting } });
        Assert.Equal((GateReached.No, true, "h3 comes when h2 has given its traffic back."), (answer.Reached, answer.Known, answer.Message));
    }

    [Fact]
    public void Without_a_revision_the_one_that_was_asked_for_last_is_meant()
    {
        Assert.Equal("h2", Ask(null, _sight).Revision);
        Assert.Equal("h3", Ask(null, _sight with { Asked = new("h3", []), IsAskedNew = true }).Revision);
    }

    [Fact]
    public void A_question_goes_on_with_the_revision_that_was_found()
    {
        var question = new GateQuestion(GateGoal.Promoted, Image);
        var next = question.After(GateAnswers.Of(question, _sight with { Images = [Of("h2", Image)] }));
        Assert.Equal(("h2", true, false), (next.Revision, next.Known, next.IsImage));
        Assert.Equal(question, question.After(GateAnswers.Of(question, _sight)));
    }

    [Fact]
    public void Every_goal_is_read_as_it_is_written() => Assert.Equal(Enum.GetValues<GateGoal>(), GateGoals.Names.Select(name => GateGoals.Find(name)!.Value));

    private static GateView Ask(string? revision, GateSight sight) => GateAnswers.Of(new(GateGoal.Promoted, revision), sight);

    private static RevisionImages Of(string revision, params string[] images) => new() { Revision = revision, Images = [.. images] };

    private static RevisionView Record(string revision, RevisionOutcome outcome) => new(revision, outcome, RolloutReason.MetricFailed, "It says why.", default, default);
}
