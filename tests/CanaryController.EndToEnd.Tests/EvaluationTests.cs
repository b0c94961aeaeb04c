using CanaryController.Examples.Demo.Load;
using CanaryController.Examples.Demo.Scenarios;
using CanaryController.Examples.Demo.Watching;

namespace CanaryController.EndToEnd.Tests;

/// <summary>What the demo says is what was recorded.</summary>
public sealed class EvaluationTests
{
    private static readonly Scenario _errors = ScenarioCatalog.Find("errors")!;

    [Fact]
    public void Only_lost_connections_and_the_gateways_own_502_503_and_504_are_lost_by_routing()
    {
        var result = Evaluate(
            _errors with { Expected = Outcome.Promoted },
            Outcome.Promoted,
            [
                Response(1, 0, null),
                Response(2, 502, null, madeByGateway: true),
                Response(3, 503, null, madeByGateway: true),
                Response(4, 504, null, madeByGateway: true),
                Response(5, 503, "v1"),
                Response(6, 500, "v2"),
                Response(7, 200, "v2"),
            ],
            [new WeightChange(1, 100)]);

        Assert.Equal(7, result.Requests.Total);
        Assert.Equal(4, result.Requests.LostByRouting);
        Assert.Equal(new Dictionary<string, int> { ["v1"] = 1, ["v2"] = 1 }, result.Requests.FailedByVersion);
        Assert.False(result.IsAsExpected);
    }

    [Fact]
    public void The_time_to_rollback_runs_from_the_first_failing_response_of_the_canary()
    {
        var result = Evaluate(
            _errors, Outcome.RolledBack, [Response(1, 500, "v1"), Response(2, 200, "v2"), Response(3, 500, "v2"), Response(4, 500, "v2")], [new WeightChange(1, 5), new WeightChange(8, 0)]);

        Assert.Equal(4.99, result.SecondsToRollback);
        Assert.True(result.IsAsExpected);
    }

    [Fact]
    public void A_failure_from_before_the_fault_began_does_not_start_the_clock()
    {
        var result = Evaluate(
            _errors with { HealthyFor = TimeSpan.FromSeconds(120) },
            Outcome.RolledBack,
            [Response(1, 200, "v2"), Response(60, 500, "v2"), Response(122, 500, "v2")],
            [new WeightChange(1, 25), new WeightChange(130, 0)]);

        Assert.Equal(7.99, result.SecondsToRollback);
    }

    [Fact]
    public void Where_the_fault_is_slowness_the_first_slow_response_starts_the_clock()
    {
        var slow = Response(5, 200, "v2") with { Latency = TimeSpan.FromMilliseconds(300) };

        var result = Evaluate(ScenarioCatalog.Find("slow")!, Outcome.RolledBack, [Response(1, 500, "v2"), slow], [new WeightChange(1, 25), new WeightChange(9.3, 0)]);

        Assert.Equal(4, result.SecondsToRollback);
    }

    [Fact]
    public void A_canary_response_to_a_request_sent_after_weight_0_is_a_problem()
    {
        var result = Evaluate(_errors, Outcome.RolledBack, [Response(3, 500, "v2"), Response(9, 200, "v2")], [new WeightChange(1, 5), new WeightChange(8, 0)]);

        Assert.Equal(["1 requests reached v2 after the rollback"], result.Problems);
    }

    [Fact]
    public void A_rollback_that_left_weight_at_the_gateway_is_a_problem() =>
        Assert.False(Evaluate(_errors, Outcome.RolledBack, [Response(3, 500, "v2")], [new WeightChange(1, 5)]).IsAsExpected);

    [Fact]
    public void The_line_has_exactly_the_agreed_names()
    {
        var result = Evaluate(_errors, Outcome.RolledBack, [Response(3, 500, "v2")], [new WeightChange(1, 5), new WeightChange(8, 0)]);

        Assert.Equal(
            """{"scenario":"errors","expected":"RolledBack","outcome":"RolledBack","reason":"because","timeline":[{"seconds":1,"weight":5},{"seconds":8,"weight":0}],"secondsToRollback":4.99,"requests":{"total":1,"failedByVersion":{"v2":1},"lostByRouting":0}}""",
            result.ToJson());
    }

    private static ScenarioResult Evaluate(Scenario scenario, Outcome outcome, IReadOnlyList<ResponseRecord> responses, IReadOnlyList<WeightChange> timeline) =>
        Evaluation.Of(scenario, outcome, "because", responses, timeline, []);

    private static ResponseRecord Response(double sentSeconds, int status, string? version, bool madeByGateway = false) =>
        new(TimeSpan.FromSeconds(sentSeconds), TimeSpan.FromMilliseconds(10), status, version, madeByGateway);
}
