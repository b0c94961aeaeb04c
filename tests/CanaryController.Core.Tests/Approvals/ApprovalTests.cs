using CanaryController.Core.Analysis;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Tests.Rollouts;

namespace CanaryController.Core.Tests.Approvals;

/// <summary>Answers to a rollout that waits at step 1 of 2.</summary>
public sealed class ApprovalTests
{
    private static readonly ApproverList Listed = new()
    {
        Users = ["ann", "bob"],
        People = [new ApproverPerson("cat", "cat@example.com", null, "U7")],
    };

    [Fact]
    public void Two_of_two_approvers_lead_on_and_each_answer_is_announced_with_its_comment()
    {
        var run = Waiting(required: 2);
        Assert.Equal(new(CommandStatus.Accepted, "Approval 'sre' has 1 of 2."), Approve(run, "ann", "Looks good."));
        var given = Assert.Single(run.Last.Transitions);
        Assert.Equal(
            (RolloutReason.ApprovalGiven, "ann", "ann approved v2's step 1 of 2 (50 %), 1 of 2: Looks good."), (given.Reason, given.Actor, given.Message));
        Assert.Equal(
            new ApprovalRecord(0, "ann", run.Now, "Looks good.") { Person = "Kubernetes:ann", Via = ApproverSource.Kubernetes }, Assert.Single(run.Present.Approvals));
        Assert.Equal(CommandStatus.Unchanged, Approve(run, "ann").Status);
        Assert.Equal(CommandStatus.Accepted, Approve(run, "bob").Status);
        Assert.Equal(1, run.Present.StepIndex);
    }

    [Fact]
    public void One_person_by_two_ways_counts_once()
    {
        var run = Waiting(required: 2);
        Assert.Equal(CommandStatus.Accepted, Approve(run, "cat@example.com").Status);
        Assert.Equal(CommandStatus.Unchanged, run.Command(RolloutAction.Approve, actor: "cat (Slack)", who: new(ApproverSource.Slack, "U7")).Status);
        Assert.Single(run.Present.Approvals);
    }

    [Fact]
    public void Whoever_is_not_allowed_changes_nothing()
    {
        var run = Waiting();
        var before = run.Present;
        Assert.Equal(new(CommandStatus.Refused, "eve is not among the approvers of 'sre': cat, ann, bob."), Approve(run, "eve"));
        Assert.Equal(CommandStatus.Refused, run.Command(RolloutAction.Approve, actor: "ann").Status);
        Assert.Equal(CommandStatus.Refused, run.Command(RolloutAction.Reject, actor: "U9", who: new(ApproverSource.Slack, "U9")).Status);
        Assert.Same(before, run.Present);
    }

    [Fact]
    public void An_answer_for_another_revision_step_or_attempt_or_for_none_changes_nothing()
    {
        var run = Waiting();
        var before = run.Present;
        var ann = new ApproverIdentity(ApproverSource.Kubernetes, "ann");
        var good = new RolloutCommand { Id = "1", Action = RolloutAction.Approve, Actor = "ann", Identity = ann, Revision = "v2", StepIndex = 0, Attempt = 1 };
        Assert.Equal(CommandStatus.Conflict, run.Decide(good with { Revision = "v3" }).Command!.Status);
        Assert.Equal(CommandStatus.Conflict, run.Decide(good with { StepIndex = 1 }).Command!.Status);
        Assert.Equal(CommandStatus.Conflict, run.Decide(good with { Attempt = 2 }).Command!.Status);
        Assert.Equal(
            new(CommandStatus.Refused, "An approval counts for one revision and one step: name them, now v2 and step 1."), run.Decide(good with { StepIndex = null }).Command);
        Assert.Equal(CommandStatus.Refused, run.Decide(good with { Revision = null }).Command!.Status);
        Assert.Same(before, run.Present);
        Assert.Equal(CommandStatus.Accepted, run.Decide(good).Command!.Status);
    }

    [Fact]
    public void The_author_may_not_approve_where_that_is_forbidden_even_after_the_annotation_was_changed()
    {
        var run = Waiting(refusesAuthor: true, author: "ann");
        run.Authors = ["somebody-else"];
        Assert.Equal(CommandStatus.Refused, Approve(run, "ann").Status);
        Assert.Equal(["ann", "somebody-else"], run.Present.Authors);
        Assert.Equal(CommandStatus.Accepted, Approve(run, "bob").Status);
    }

    [Fact]
    public void Whoever_started_a_revision_by_a_command_is_its_author_and_whoever_retries_it_is_not()
    {
        var run = RolloutRun.External(Specs.Approved(50), Specs.Step(100));
        run.Settle();
        run.Command(RolloutAction.Start, "v2", actor: "ann");
        run.Settle().Command(RolloutAction.Abort, actor: "ann");
        run.Settle();
        Assert.Equal(RolloutPhase.Aborted, run.Present.Phase);
        run.Command(RolloutAction.Retry, actor: "bob");
        Assert.Equal(["ann"], run.Present.Authors);
    }

    [Fact]
    public void A_rejection_with_one_of_two_approvals_rolls_back()
    {
        var run = Waiting(required: 2);
        Approve(run, "ann");
        Assert.Equal(CommandStatus.Accepted, run.Command(RolloutAction.Reject, actor: "bob", comment: "No.").Status);
        Assert.Equal((RolloutPhase.Aborted, RolloutReason.ApprovalRejected), (run.Settle().Present.Phase, run.Present.History[^1].Reason));
    }

    [Fact]
    public void While_people_are_waited_for_a_failing_metric_rolls_back_all_the_same()
    {
        var run = Waiting(required: 2);
        Approve(run, "ann");
        run.Verdict = Verdict.Failed;
        run.Settle();
        Assert.Equal((RolloutPhase.Aborted, RolloutReason.MetricFailed), (run.Present.Phase, run.Present.History[^1].Reason));
    }

    [Fact]
    public void Names_that_are_written_afterwards_never_push_an_author_out()
    {
        var run = Waiting(refusesAuthor: true, author: "ann");
        run.Authors = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        run.After(TimeSpan.Zero);
        run.Authors = ["bob"];
        run.After(TimeSpan.Zero);
        Assert.Equal("ann", run.Present.Authors[0]);
        Assert.Contains(ApproverRules.Anybody, run.Present.Authors);
        Assert.Equal(CommandStatus.Refused, Approve(run, "bob").Status);
    }

    [Fact]
    public void A_comment_stays_on_its_line_wherever_it_is_told()
    {
        var run = Waiting(required: 2);
        Assert.Equal(CommandStatus.Accepted, Approve(run, "ann", "good\r\n::stop-commands::x\u2028\u202eevil").Status);
        Assert.EndsWith("1 of 2: good  ::stop-commands::x  evil", run.Present.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_approved_does_not_count_for_the_next_attempt()
    {
        var run = Waiting(required: 2);
        Approve(run, "ann");
        run.Command(RolloutAction.Abort);
        run.Settle().Command(RolloutAction.Retry);
        Assert.Empty(run.Settle().After(Specs.Minute).Present.Approvals);
        Assert.Equal(RolloutPhase.WaitingApproval, run.Present.Phase);
    }

    private static CommandResult Approve(RolloutRun run, string user, string? comment = null) =>
        run.Command(RolloutAction.Approve, actor: user, comment: comment, who: new(ApproverSource.Kubernetes, user));

    private static RolloutRun Waiting(int required = 1, bool refusesAuthor = false, string? author = null)
    {
        var step = Specs.Approved(50, required);
        var run = RolloutRun.External(step with { Approval = step.Approval! with { Approvers = Listed, RefusesAuthor = refusesAuthor } }, Specs.Step(100));
        run.Authors = author is null ? [] : [author];
        run.Start().After(Specs.Minute);
        Assert.Equal(RolloutPhase.WaitingApproval, run.Present.Phase);
        return run;
    }
}
