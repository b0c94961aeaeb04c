using System.Text.Json;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;
using CsCheck;

namespace CanaryController.Resources.Tests;

/// <summary>What a Rollout's object on Kubernetes tells, in the API's words.</summary>
public sealed class StatusViewTests
{
    private static readonly DateTimeOffset _now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly RolloutState _progressing = new()
    {
        Phase = RolloutPhase.Progressing,
        StableRevision = "shop-v1",
        CanaryRevision = "shop-v2",
        TargetRevision = "shop-v2",
        Attempt = 1,
        Plan = RolloutSpecMapper.ToSpec(Read("").Resource!).Steps,
        StepIndex = 1,
        Weight = CanaryWeight.FromBasisPoints(5_000),
        PhaseSince = _now.AddMinutes(-8),
        TrafficSince = _now.AddMinutes(-8),
        StepSince = _now.AddMinutes(-7),
        Reason = RolloutReason.StepCompleted,
        Message = "Step 1 is done: shop-v2 gets 50 %.",
    };

    [Fact]
    public void Any_status_can_be_shown() => GeneratedStatus.Statuses.Sample(
        status =>
        {
            var served = Read(RolloutStatusJson.Write(status));
            var view = StatusViews.From(served, _now);
            var history = HistoryViews.From(served.Key, served.Status);
            Assert.Equal((status.Phase, status.Message.Length > 0 ? status.Message : "The controller has not looked at it yet."), (view.Phase, view.Message));
            Assert.Equal((status.History.Count, status.Transitions.Count, status.Commands.Count), (history.Revisions.Count, history.Events.Count, history.Commands.Count));
        },
        iter: 200);

    [Fact]
    public void A_rollout_under_way_shows_what_is_left_of_its_hold_now_and_its_metrics_as_of_the_last_transition()
    {
        var status = Status(_progressing) with
        {
            ObservedWeight = 5,
            RequestShare = new() { Step = 1, Percent = 4.9m, Verdict = ShareVerdict.AsWanted },
            Metrics = [new MetricStatus { Name = "orders", Verdict = Verdict.Passed, Value = "12.5", Threshold = "min 10", Message = "12.5, min 10." }],
        };
        var view = StatusViews.From(Read(RolloutStatusJson.Write(status)), _now);
        Assert.Equal((2, 3, 50m, 5m, 180d), (view.Step, view.Steps.Count, view.WantedWeightPercent, view.ObservedWeightPercent, view.HoldLeftSeconds));
        Assert.Equal((4.9m, 1, ShareVerdict.AsWanted), (view.RequestSharePercent, view.RequestShareStep, view.RequestShare));
        Assert.Equal([StepStatus.Done, StepStatus.Active, StepStatus.Pending], view.Steps.Select(step => step.Status));
        Assert.Equal(["hold: 3 min left."], view.WaitingFor);
        var metric = Assert.Single(view.Metrics);
        Assert.Equal((Verdict.Passed, "12.5", "min 10", null, null), (metric.Verdict, metric.Value, metric.Threshold, metric.Requests, metric.EvidenceRatio));
        Assert.Equal(12L, view.ResourceVersion);
    }

    [Fact]
    public void A_change_that_no_controller_has_seen_is_told()
    {
        Assert.Equal("controller: it has not looked at generation 2 of the resource yet. Does it run?", StatusViews.From(Read(""), _now).WaitingFor[0]);
        var status = RolloutStatusJson.Write(Status(_progressing) with { ObservedGeneration = 1 });
        Assert.StartsWith("controller: ", StatusViews.From(Read(status), _now).WaitingFor[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_rollout_that_nobody_looked_at_yet_is_idle_on_its_first_version()
    {
        var view = StatusViews.From(Read(""), _now);
        Assert.Equal((RolloutPhase.Idle, "shop-v1", null, "The controller has not looked at it yet."), (view.Phase, view.StableRevision, view.CanaryRevision, view.Message));
        Assert.Equal(_now, view.PhaseSince);
    }

    [Fact]
    public void A_rollout_that_cannot_be_adopted_yet_says_why()
    {
        var status = Status(new RolloutState()) with { Message = "The Deployment shop is not there." };
        Assert.Equal("The Deployment shop is not there.", StatusViews.From(Read(RolloutStatusJson.Write(status)), _now).Message);
    }

    [Fact]
    public void A_text_that_is_wrong_leaves_the_one_in_force_and_shows_its_problems()
    {
        var good = Read("").Resource!;
        var served = Read(RolloutStatusJson.Write(Status(_progressing) with { InForce = RolloutJson.Write(good) }), weight: 101);
        var view = StatusViews.From(served, _now);
        Assert.Equal(good, served.Resource);
        Assert.Equal(RolloutPhase.Progressing, view.Phase);
        Assert.Contains(view.Problems, problem => problem.Path == "spec.strategy.steps[1].weight");
    }

    [Fact]
    public void A_text_that_never_was_valid_is_shown_as_invalid() => Assert.Equal(RolloutPhase.Invalid, StatusViews.From(Read("", weight: 101), _now).Phase);

    [Fact]
    public void A_status_that_cannot_be_read_is_a_problem_and_no_failure()
    {
        var view = StatusViews.From(Read("""{"phase": "Levitating"}"""), _now);
        Assert.Equal(RolloutPhase.Invalid, view.Phase);
        Assert.StartsWith("The status cannot be read: ", Assert.Single(view.Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RolloutPhase.Paused, "resume: paused at 50 %.")]
    [InlineData(RolloutPhase.Initializing, "capacity and router: shop-v2 gets no traffic yet.")]
    [InlineData(RolloutPhase.Promoting, "drain: 20 s left for requests still under way at shop-v1.")]
    [InlineData(RolloutPhase.Aborting, "drain: 20 s left for requests still under way at shop-v2.")]
    public void What_is_waited_for_follows_from_the_memory(RolloutPhase phase, string sentence)
    {
        var status = Status(_progressing with { Phase = phase, DrainSince = _now.AddSeconds(-10) });
        Assert.Equal([sentence], StatusViews.From(Read(RolloutStatusJson.Write(status)), _now).WaitingFor);
    }

    [Fact]
    public void An_approval_is_waited_for_with_who_gave_one_already()
    {
        var state = _progressing with { Phase = RolloutPhase.WaitingApproval, StepIndex = 2, Approvals = [new ApprovalRecord(2, "ada", _now, null), new ApprovalRecord(1, "bob", _now, null)] };
        var view = StatusViews.From(Read(RolloutStatusJson.Write(Status(state))), _now);
        Assert.Equal(["ada"], view.Approvers);
        Assert.Equal(["approval 'sre': 1 of 2."], view.WaitingFor);
    }

    private static RolloutStatus Status(RolloutState state) => new RolloutStatus { ObservedGeneration = 2 }.With(state, 3);

    private static ServedRollout Read(string status, int weight = 50)
    {
        using var item = JsonDocument.Parse($$$"""
            {
              "apiVersion": "canarycontroller.io/v1alpha1", "kind": "Rollout",
              "metadata": {"name": "shop", "namespace": "default", "uid": "u1", "generation": 2, "resourceVersion": "12"},
              "spec": {
                "workload": {"kind": "External", "versions": {"stable": "shop-v1", "canary": "shop-v2"}},
                "service": {"name": "shop", "port": 80},
                "traffic": {"router": "GatewayAPI", "gatewayAPI": {"httpRoutes": [{"name": "shop"}]}},
                "strategy": {"steps": [
                  {"weight": 5, "hold": "5m"},
                  {"weight": {{{weight}}}, "hold": "10m"},
                  {"weight": 100, "approval": {"name": "sre", "required": 2}}]},
                "analysis": {"metrics": [{"name": "orders", "query": "sum(rate(orders_total{version=\"{{ version }}\"}[1m]))", "threshold": {"min": 10}}]}
              }{{{(status.Length == 0 ? "" : ", \"status\": " + status)}}}
            }
            """);
        return ServedRollout.Read(item.RootElement);
    }
}
