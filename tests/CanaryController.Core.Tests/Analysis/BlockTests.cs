using CanaryController.Core.Analysis;
using static CanaryController.Core.Tests.Analysis.LedgerFeed;

namespace CanaryController.Core.Tests.Analysis;

/// <summary>From raw counters to counts: baselines, resets, targets that come and go, odd values, limits.</summary>
public class BlockTests
{
    private readonly EvidenceLedger _ledger = new LedgerFeed(SuccessRate).Ledger;

    [Fact]
    public void A_counter_on_an_unknown_target_starts_from_its_first_sample()
    {
        Observe("pod", 5, 1_000);
        Observe("pod", 6, 1_007);
        Assert.Equal(7, Requests(6));
    }

    [Fact]
    public void A_counter_that_appears_on_a_known_target_counts_from_zero()
    {
        Observe("pod", 5, 1_000);
        Observe("pod", 6, 1_000);
        Observe("pod", 6, 3, bad: true);
        Assert.Equal(3, Requests(6));
    }

    [Fact]
    public void A_target_is_known_by_the_other_arms_samples_too()
    {
        Observe("gateway", 5, 1_000, arm: Arm.Stable);
        Observe("gateway", 6, 4);
        Assert.Equal(4, Requests(6));
    }

    [Fact]
    public void A_target_is_known_by_a_scrape_that_exposed_nothing()
    {
        _ledger.ObserveTarget("success-rate", "pod", Ms(5));
        Observe("pod", 6, 4);
        Assert.Equal(4, Requests(6));
    }

    [Fact]
    public void Counters_that_appear_together_on_an_unknown_target_are_all_baselines()
    {
        Observe("pod", 5, 1_000);
        Observe("pod", 5, 30, bad: true);
        Observe("pod", 6, 1_001);
        Assert.Equal(1, Requests(6));
    }

    [Fact]
    public void Which_counter_of_a_target_is_fed_first_makes_no_difference()
    {
        Observe("pod", 6, 3, bad: true);
        Observe("pod", 5, 1_000);
        Observe("pod", 6, 1_000);
        Assert.Equal(3, Requests(6));
    }

    [Fact]
    public void A_reset_counts_from_zero()
    {
        Observe("pod", 5, 1_000);
        Observe("pod", 6, 1_010);
        Observe("pod", 7, 4);
        Assert.Equal(14, Requests(7));
    }

    [Fact]
    public void A_vanished_counter_is_no_reset_and_goes_on_where_it_was()
    {
        Observe("a", 5, 1_000);
        Observe("b", 5, 1_000);
        for (var second = 6; second <= 20; second++)
        {
            Observe("a", second, 1_000 + second);
        }

        Assert.Equal(20, Requests(20));
        Observe("b", 21, 1_002);
        Assert.Equal(22, Requests(21));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(-1)]
    [InlineData(1e300)]
    public void A_value_that_no_counter_has_is_no_sample(double value)
    {
        Observe("pod", 5, 1_000);
        Observe("pod", 6, value);
        Observe("pod", 7, 1_003);
        Assert.Equal(3, Requests(7));
    }

    [Fact]
    public void Duplicates_and_samples_out_of_order_are_ignored()
    {
        foreach (var (second, value) in new[] { (5, 1_000), (6, 1_004), (6, 1_004), (5, 1_000), (6, 2_000), (7, 1_009), (6, 1_004) })
        {
            Observe("pod", second, value);
        }

        Assert.Equal(9, Requests(7));
    }

    [Fact]
    public void What_came_before_the_first_traffic_is_only_a_baseline()
    {
        Observe("pod", -20, 1_000);
        Observe("pod", -10, 5_000);
        Observe("pod", 0, 5_005);
        Observe("pod", 1, 5_010);
        Assert.Equal(10, Requests(1));
    }

    [Fact]
    public void With_a_warm_up_an_increase_that_began_in_it_is_not_counted()
    {
        var ledger = new EvidenceLedger(new()
        {
            Metrics = [SuccessRate],
            CountFrom = Start,
            WarmUp = TimeSpan.FromSeconds(30),
            ScrapeInterval = TimeSpan.FromSeconds(15),
        });
        foreach (var (second, value) in new[] { (-5, 100), (10, 200), (25, 250) })
        {
            ledger.Observe(new CounterSample(Series("success-rate", Arm.Canary, "pod", bad: false), Ms(second), value));
        }

        Assert.Equal(50, ledger.Judge(new("v2", 1, 0, Start, 0, [SuccessRate], At(30))).Metrics[0].Requests);
    }

    [Fact]
    public void The_last_failures_of_the_attempt_before_are_not_counted_in_the_next()
    {
        var ledger = new EvidenceLedger(new() { Metrics = [SuccessRate], CountFrom = Start, HadTraffic = true, ScrapeInterval = TimeSpan.FromSeconds(60) });
        foreach (var (second, good, bad) in new[] { (-20, 1_000, 80), (40, 1_050, 120), (100, 1_350, 121) })
        {
            ledger.Observe(new CounterSample(Series("success-rate", Arm.Canary, "pod", bad: false), Ms(second), good));
            ledger.Observe(new CounterSample(Series("success-rate", Arm.Canary, "pod", bad: true), Ms(second), bad));
        }

        Assert.False(ledger.AnyFailed);
        Assert.Equal(301, ledger.Judge(new("v2", 2, 0, Start, 0, [SuccessRate], At(100))).Metrics[0].Requests);
    }

    [Fact]
    public void A_counter_of_an_unknown_metric_is_ignored()
    {
        Assert.Equal(EvidenceLedger.Ignored, _ledger.Register(Series("other", Arm.Canary, "pod", bad: true)));
        _ledger.Observe(EvidenceLedger.Ignored, Ms(1), 5);
        _ledger.Observe(17, Ms(1), 5);
        Assert.False(_ledger.AnyFailed);
    }

    [Fact]
    public void More_counters_than_can_be_kept_are_said_and_never_pass()
    {
        for (var i = 0; i <= EvidenceLedger.MaxSeries; i++)
        {
            Observe("pod" + i, 5, 1);
            Observe("pod" + i, 6, 2);
        }

        var judged = Judge(6);
        Assert.Equal(Verdict.NoData, judged.Verdict);
        Assert.StartsWith("there are more than 16,384 series", judged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gap_of_days_is_crossed_without_loss()
    {
        Observe("pod", 5, 1_000);
        Observe("pod", 6, 1_010);
        Observe("pod", 400_000, 1_020);
        Observe("pod", 400_001, 1_021);
        Assert.Equal(21, Requests(400_001));
    }

    [Fact]
    public void A_target_whose_clock_runs_a_day_ahead_loses_no_counts()
    {
        Observe("skewed", 86_400, 1);
        Observe("skewed", 86_401, 2);
        for (var second = 1; second <= 100; second++)
        {
            Observe("pod", second, second * 10);
            _ = _ledger.AnyFailed;
        }

        Assert.Equal(991, Requests(86_402));
    }

    [Fact]
    public void A_bucket_read_before_the_sum_is_settled_in_the_next_block()
    {
        var ledger = new LedgerFeed(Latency).Ledger;
        ledger.SetBound("latency", 0.5);
        foreach (var (second, all, fast) in new[] { (0, 0, 0), (1, 10, 12), (2, 20, 20) })
        {
            ledger.Observe(new CounterSample(new("latency", Arm.Canary, "pod", "", 1, 1), Ms(second), all));
            ledger.Observe(new CounterSample(new("latency", Arm.Canary, "pod", "", 0, -1), Ms(second), fast));
        }

        Assert.Equal(1, ledger.Judge(new("v2", 1, 0, Start, 0, [Latency], At(2))).Metrics[0].Value);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(600)]
    [InlineData(6_000)]
    public void A_step_marked_late_counts_about_from_its_begin_and_never_from_before(int agoSeconds)
    {
        const int Last = 10_000;
        for (var second = 0; second <= Last; second++)
        {
            Observe("pod", second, second);
            _ = _ledger.AnyFailed;
        }

        Assert.InRange(Requests(Last, Last - agoSeconds), agoSeconds * 3 / 4, agoSeconds + 1);
    }

    [Fact]
    public void A_step_marked_before_its_samples_counts_exactly()
    {
        _ledger.MarkStep(At(1_234));
        for (var second = 0; second <= 10_000; second++)
        {
            Observe("pod", second, second);
        }

        Assert.Equal(10_000 - 1_234 + 1, Requests(10_000, 1_234));
    }

    private void Observe(string target, double second, double value, bool bad = false, Arm arm = Arm.Canary) =>
        _ledger.Observe(new CounterSample(Series("success-rate", arm, target, bad), Ms(second), value));

    private long Requests(double now, double stepSince = 0) => Judge(now, stepSince).Requests;

    private MetricJudgement Judge(double now, double stepSince = 0) =>
        _ledger.Judge(new("v2", 1, 0, At(stepSince), 0, [SuccessRate], At(now))).Metrics[0];
}
