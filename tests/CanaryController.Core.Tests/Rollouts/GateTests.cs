using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Rollouts;

/// <summary>When gates are asked, what they hold back, and what their answers do.</summary>
public sealed class GateTests
{
    private readonly Dictionary<string, GateStatus> _answers = [];

    [Fact]
    public void A_gate_before_the_first_step_holds_the_first_traffic_back_and_no_deadline_runs_meanwhile()
    {
        var run = Run(Step(50, ("open", GateMoment.Before)), Specs.Step(100));
        Assert.Equal((RolloutPhase.Initializing, CanaryWeight.Zero), (run.Present.Phase, run.Present.Weight));
        Assert.Equal(["0 open"], Asked(run));
        Assert.Equal(["gate open: no answer yet."], RolloutExplanation.WaitingFor(run.Spec, run.Present, run.See()));

        run.After(TimeSpan.FromHours(5));
        Assert.Equal(RolloutPhase.Initializing, run.Present.Phase);

        Answer(run, "open", GateStatus.Passed);
        Assert.Equal((RolloutPhase.Progressing, 50), (run.Present.Phase, run.Present.Weight.Percent));
        Assert.Empty(Asked(run));
    }

    [Fact]
    public void It_is_asked_only_when_the_canary_is_ready()
    {
        var run = RolloutRun.External(Step(50, ("open", GateMoment.Before)), Specs.Step(100));
        (run.Gate, run.CanaryReady) = (Of, 0);
        run.Start();
        Assert.Empty(Asked(run));

        run.CanaryReady = null;
        Assert.Equal(["0 open"], Asked(run.Settle()));
    }

    [Fact]
    public void A_gate_before_a_later_step_is_asked_when_nothing_else_holds_it_back()
    {
        var run = Run(Specs.Step(10), Step(50, ("slot", GateMoment.Before)), Specs.Step(100));
        Assert.Empty(Asked(run));

        run.After(Specs.Minute);
        Assert.Equal(["1 slot"], Asked(run));
        Assert.Equal(0, run.Present.StepIndex);

        Answer(run, "slot", GateStatus.Passed);
        Assert.Equal((1, 50), (run.Present.StepIndex, run.Present.Weight.Percent));
    }

    [Fact]
    public void A_gate_of_a_step_is_asked_as_long_as_traffic_rests_there()
    {
        var run = Run(Step(10, ("smoke", GateMoment.During)), Specs.Step(100));
        Assert.Equal(["0 smoke"], Asked(run));
        Answer(run, "smoke", GateStatus.Passed);
        Assert.Equal(["0 smoke"], Asked(run));
        Answer(run, "smoke", GateStatus.Failed);
        Assert.Equal(RolloutPhase.Aborted, run.Present.Phase);
        Assert.Empty(Asked(run));
    }

    [Fact]
    public void A_gate_before_the_promotion_is_the_last_thing_that_is_waited_for()
    {
        var run = Run(Specs.Step(10), Step(50, ("confirm", GateMoment.BeforePromotion)));
        run.After(Specs.Minute);
        Assert.Equal(1, run.Present.StepIndex);
        Assert.Empty(Asked(run));

        run.After(Specs.Minute);
        Assert.Equal(["1 confirm"], Asked(run));
        Assert.Equal(RolloutPhase.Progressing, run.Present.Phase);

        Answer(run, "confirm", GateStatus.Passed);
        Assert.Equal(RolloutPhase.Promoted, run.Present.Phase);
    }

    [Theory]
    [InlineData(RolloutPhase.Initializing)]
    [InlineData(RolloutPhase.Progressing)]
    [InlineData(RolloutPhase.Paused)]
    [InlineData(RolloutPhase.WaitingApproval)]
    [InlineData(RolloutPhase.Promoting)]
    public void A_gate_may_demand_the_rollback_in_every_phase_before_the_hand_over(RolloutPhase phase)
    {
        var run = RolloutRun.External(Specs.Approved(50), Specs.Step(100) with { Gates = [Specs.Gate("pager", GateMoment.Rollback)] });
        (run.Gate, run.CanaryReady) = (Of, phase is RolloutPhase.Initializing ? 0 : null);
        run.Start();
        switch (phase)
        {
            case RolloutPhase.Paused:
                run.Command(RolloutAction.Pause);
                break;
            case RolloutPhase.WaitingApproval:
                run.After(Specs.Minute);
                break;
            case RolloutPhase.Promoting:
                run.RouterObeys = false;
                run.Command(RolloutAction.Promote);
                break;
            default:
                break;
        }

        Assert.Equal(phase, run.Present.Phase);
        Assert.Equal(["1 pager"], Asked(run));
        _answers["pager"] = GateStatus.Failed;
        run.Decide();
        var abort = run.Transitions.Single(one => one.To is RolloutPhase.Aborting);
        Assert.Equal((RolloutReason.GateFailed, "Gate pager demands the rollback: said so."), (abort.Reason, abort.Message));
    }

    [Fact]
    public void A_retry_asks_every_gate_again()
    {
        var run = Run(Step(50, ("open", GateMoment.Before)), Specs.Step(100));
        var before = new GateObservation("v2", 1, 0, "open", GateStatus.Passed, "ok.");
        Answer(run, "open", GateStatus.Passed);
        run.Command(RolloutAction.Abort);
        run.Settle();
        _answers.Clear();
        run.Command(RolloutAction.Retry);
        run.Settle();
        Assert.Equal((RolloutPhase.Initializing, 2), (run.Present.Phase, run.Present.Attempt));

        var decision = RolloutPlanner.Decide(run.Spec, run.Present, run.See() with { Gates = [before] });
        Assert.Equal(RolloutPhase.Initializing, decision.Next.Phase);
        Assert.Equal(RolloutPhase.Progressing, RolloutPlanner.Decide(run.Spec, run.Present, run.See() with { Gates = [before with { Attempt = 2 }] }).Next.Phase);
    }

    [Fact]
    public void Since_when_a_gate_has_not_passed_is_remembered_over_a_restart_and_forgotten_once_it_passed_or_is_not_asked()
    {
        var run = Run(Step(50, ("open", GateMoment.Before)), Specs.Step(100));
        var since = run.See().Now.AddMinutes(-7);
        var waits = new GateObservation("v2", 1, 0, "open", GateStatus.Pending, "it answered 503.") { Since = since };
        var noted = Next(run.Present, waits);
        Assert.Equal([new PendingGate(0, "open", since)], noted.PendingGates);
        Assert.Equal(noted, Next(noted, waits));
        Assert.Equal(noted, Next(noted));
        Assert.Empty(Next(noted, waits with { Since = null }).PendingGates);
        Assert.Empty(Next(noted, waits with { Since = null, Status = GateStatus.Passed }).PendingGates);
        Assert.Empty(Next(run.Present, waits with { Attempt = 2 }).PendingGates);
        Assert.Empty(Next(run.Present, waits with { Revision = "v3" }).PendingGates);
        Assert.Empty(RolloutPlanner.Decide(run.Spec, noted, run.See() with { Gates = [], Command = new() { Id = "a", Action = RolloutAction.Abort, Actor = "ann" } }).Next.PendingGates);

        RolloutState Next(RolloutState state, params GateObservation[] answers) => RolloutPlanner.Decide(run.Spec, state, run.See() with { Gates = [.. answers] }).Next;
    }

    private static RolloutStep Step(decimal percent, params (string Name, GateMoment When)[] gates) =>
        Specs.Step(percent) with { Gates = [.. gates.Select(gate => Specs.Gate(gate.Name, gate.When))] };

    private static IEnumerable<string> Asked(RolloutRun run) => RolloutGates.Asked(run.Spec, run.Present, run.See()).Select(asked => $"{asked.StepIndex} {asked.Gate.Name}");

    private RolloutRun Run(params RolloutStep[] steps)
    {
        var run = RolloutRun.External(steps);
        run.Gate = Of;
        return run.Start();
    }

    private (GateStatus Status, string Message)? Of(int step, GateSpec gate) => _answers.TryGetValue(gate.Name, out var status) ? (status, "said so.") : null;

    private void Answer(RolloutRun run, string name, GateStatus status)
    {
        _answers[name] = status;
        run.Settle();
    }
}
