using CanaryController.Core.Rollouts;

namespace CanaryController.Core.Tests.Rollouts;

/// <summary>Requests that come at an awkward moment: during a rollback, a hand over, or a deletion.</summary>
public sealed class RequestTests
{
    [Fact]
    public void A_resource_created_again_before_it_was_forgotten_asks_anew()
    {
        var run = RolloutRun.Managed(Specs.Step(50)).Start();
        run.Deleted = true;
        run.Settle();
        Assert.Equal(RolloutPhase.Aborting, run.Present.Phase);
        run.Deleted = false;
        run.Settle();
        Assert.Equal("v2", run.Present.Pending?.Revision);
        run.After(TimeSpan.FromSeconds(30));
        Assert.Equal((RolloutPhase.Progressing, "v2", 2), (run.Present.Phase, run.Present.CanaryRevision, run.Present.Attempt));
    }

    [Fact]
    public void What_was_released_is_adopted_anew_with_its_history_and_no_transition_counted_twice()
    {
        var run = RolloutRun.Managed(Specs.Step(50)).Start();
        run.Released = true;
        run.Settle().After(TimeSpan.FromSeconds(30));
        Assert.True(run.Last.Forget);
        var before = run.Present;
        var (left, transition) = RolloutRelease.Of(before, run.Now);
        Assert.Equal((before.Sequence + 1, RolloutPhase.Aborted, RolloutPhase.Idle, RolloutReason.Released), (transition!.Sequence, transition.From, transition.To, transition.Reason));
        Assert.Equal((null, null, before.History), (left.StableRevision, left.CanaryRevision, left.History));
        Assert.Equal((left, null), RolloutRelease.Of(left, run.Now));
        (run.Released, run.State) = (false, left);
        run.Settle();
        Assert.Equal(("v1", RolloutReason.Adopted), (run.Present.StableRevision, run.Transitions.First(each => each.Sequence == left.Sequence + 1).Reason));
    }

    [Fact]
    public void A_command_to_one_that_leaves_is_refused()
    {
        var run = RolloutRun.Managed(Specs.Step(50)).Start();
        run.Released = true;
        run.Command(RolloutAction.Promote);
        Assert.Equal(new CommandResult(CommandStatus.Refused, "The rollout was released; adopt it to go on."), run.Last.Command);
    }

    [Fact]
    public void A_deletion_drops_the_request_that_waits()
    {
        var run = RolloutRun.Managed(Specs.Step(50)).Start();
        run.Declared = "v3";
        run.Settle();
        Assert.Equal("v3", run.Present.Pending?.Revision);
        run.Deleted = true;
        run.Settle();
        Assert.Null(run.Present.Pending);
        (run.Deleted, run.Declared) = (false, "v1");
        run.After(TimeSpan.FromSeconds(30));
        Assert.Equal((RolloutPhase.Aborted, "v1"), (run.Present.Phase, run.Present.TargetRevision));
    }

    [Fact]
    public void Start_of_the_revision_that_is_being_rolled_back_is_refused_as_after_it()
    {
        var run = RolloutRun.Managed(Specs.Step(50)).Start();
        run.Alarm = "The pager says so.";
        run.Settle();
        Assert.Equal(RolloutPhase.Aborting, run.Present.Phase);
        Assert.Equal(
            new(CommandStatus.Refused, "v2 was rolled back: The pager says so. Retry it once traffic has returned, or start another revision."),
            run.Command(RolloutAction.Start, "v2"));
        Assert.Null(run.Present.Pending);
    }

    [Fact]
    public void Start_of_a_revision_that_is_only_making_room_for_another_is_carried_out()
    {
        var run = RolloutRun.Managed(Specs.Step(50)).Start();
        run.Declared = "v3";
        run.Settle();
        Assert.Equal(CommandStatus.Accepted, run.Command(RolloutAction.Start, "v2").Status);
        Assert.Equal("v2", run.Present.Pending?.Revision);
    }

    [Fact]
    public void Undo_without_a_name_never_goes_further_back_than_a_rollback_that_is_under_way()
    {
        var run = RolloutRun.Managed(Specs.Step(100)).Start().After(Specs.Minute).After(TimeSpan.FromSeconds(30));
        Assert.Equal("v2", run.Present.StableRevision);
        run.HandedOver = false;
        run.Start("v3");
        run.Alarm = "The pager says so.";
        run.Settle();
        Assert.Equal((RolloutPhase.Aborting, "v3"), (run.Present.Phase, run.Present.CanaryRevision));
        Assert.Equal(
            new(CommandStatus.Refused, "v3 is being rolled back already: traffic returns to v2. To go further back, name the revision."),
            run.Command(RolloutAction.Undo));
        Assert.Equal(CommandStatus.Accepted, run.Command(RolloutAction.Undo, "v1").Status);
    }

    [Fact]
    public void During_the_hand_over_every_refusal_says_to_wait()
    {
        var run = RolloutRun.Managed(Specs.Step(100)).Start().After(Specs.Minute);
        run.Now += TimeSpan.FromSeconds(30);
        run.Decide();
        run.HandedOver = false;
        Assert.True(run.Present.HandOverStarted);
        foreach (var action in (RolloutAction[])[RolloutAction.Abort, RolloutAction.Pause, RolloutAction.Undo, RolloutAction.Approve, RolloutAction.Reject, RolloutAction.Retry])
        {
            var answer = RolloutPlanner.Decide(run.Spec, run.Present, run.See(new RolloutCommand { Id = "1", Action = action, Actor = "ann" })).Command;
            Assert.Equal(
                new(CommandStatus.Refused, "v2 is being handed over, which cannot be stopped halfway. Wait until it is promoted, then undo."), answer);
        }
    }

    [Fact]
    public void Asking_for_the_revision_that_is_being_handed_over_drops_the_one_that_waits()
    {
        var run = RolloutRun.Managed(Specs.Step(100)).Start().After(Specs.Minute);
        run.Now += TimeSpan.FromSeconds(30);
        run.Decide();
        (run.HandedOver, run.Declared) = (false, "v3");
        run.State = RolloutPlanner.Decide(run.Spec, run.Present, run.See()).Next;
        Assert.Equal("v3", run.Present.Pending?.Revision);
        var decision = RolloutPlanner.Decide(
            run.Spec, run.Present, run.See(new RolloutCommand { Id = "1", Action = RolloutAction.Start, Revision = "v2", Actor = "ann" }));
        Assert.Equal(new(CommandStatus.Accepted, "v2 is being handed over and stays; nothing starts after it."), decision.Command);
        Assert.Equal((null, "v2"), (decision.Next.Pending, decision.Next.TargetRevision));
    }

    [Fact]
    public void Asking_twice_for_stable_during_a_rollback_promises_no_start()
    {
        var run = RolloutRun.Managed(Specs.Step(50)).Start();
        run.Alarm = "The pager says so.";
        run.Settle();
        Assert.Equal(new(CommandStatus.Accepted, "v1 is wanted; nothing starts once traffic has returned."), run.Command(RolloutAction.Start, "v1"));
        Assert.Equal(
            new(CommandStatus.Unchanged, "v1 is wanted already; nothing starts once traffic has returned."), run.Command(RolloutAction.Start, "v1"));
    }

    [Fact]
    public void A_name_in_another_case_is_the_same_person()
    {
        var run = RolloutRun.External(Specs.Approved(50, required: 2), Specs.Step(100)).Start().After(Specs.Minute);
        Assert.Equal(CommandStatus.Accepted, run.Command(RolloutAction.Approve, actor: "ann@example.com").Status);
        Assert.Equal(CommandStatus.Unchanged, run.Command(RolloutAction.Approve, actor: "Ann@Example.com").Status);
        Assert.Equal(0, run.Present.StepIndex);
    }
}
