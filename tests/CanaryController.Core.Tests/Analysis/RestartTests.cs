using CanaryController.Core.Analysis;
using static CanaryController.Core.Tests.Analysis.LedgerFeed;

namespace CanaryController.Core.Tests.Analysis;

/// <summary>A process that started again between two scrapes and has counted beyond some of its old values already.</summary>
public class RestartTests
{
    private readonly EvidenceLedger _ledger = new LedgerFeed(SuccessRate).Ledger;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_counter_of_a_version_that_fell_resets_its_others(bool otherWayRound)
    {
        Scrape(5, (Arm.Canary, false, 400), (Arm.Canary, true, 9));
        Scrape(6, Order(otherWayRound, (Arm.Canary, false, 410), (Arm.Canary, true, 4)));
        Assert.Equal((414, 0.9903), Canary(6));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_counter_of_stable_that_fell_resets_the_canarys(bool otherWayRound)
    {
        Scrape(5, (Arm.Canary, false, 900), (Arm.Canary, true, 0), (Arm.Stable, false, 9_000));
        Scrape(6, Order(otherWayRound, (Arm.Canary, false, 905), (Arm.Canary, true, 4), (Arm.Stable, false, 8_100)));

        // Of five requests four would have failed.
        Assert.False(_ledger.AnyFailed);
        Assert.Equal((909, 0.9956), Canary(6));
    }

    [Fact]
    public void A_restart_that_was_found_at_an_earlier_look_resets_a_counter_that_was_away()
    {
        Scrape(5, (Arm.Canary, false, 400), (Arm.Canary, true, 3));
        Scrape(6, (Arm.Canary, false, 100));
        _ = _ledger.AnyFailed;
        Scrape(7, (Arm.Canary, false, 200), (Arm.Canary, true, 5));
        Assert.Equal((205, 0.9756), Canary(7));
    }

    [Fact]
    public void A_version_that_was_taken_up_again_does_not_reset_stables_counters()
    {
        Scrape(5, (Arm.Canary, false, 400), (Arm.Stable, false, 1_000), (Arm.Stable, true, 10));
        Scrape(6, (Arm.Canary, false, 5), (Arm.Stable, false, 1_090), (Arm.Stable, true, 20));
        Assert.Equal((5, 1), Canary(6));
        Assert.Equal(0.9, Judge(6).StableValue);
    }

    [Fact]
    public void Another_targets_restart_resets_nothing_here()
    {
        Scrape(5, (Arm.Canary, false, 400), (Arm.Canary, true, 1));
        _ledger.Observe(new CounterSample(Series("success-rate", Arm.Stable, "other", bad: false), Ms(5), 1_000));
        Scrape(6, (Arm.Canary, false, 500), (Arm.Canary, true, 1));
        _ledger.Observe(new CounterSample(Series("success-rate", Arm.Stable, "other", bad: false), Ms(6), 3));
        Assert.Equal((100, 1), Canary(6));
    }

    private static (Arm Arm, bool Bad, double Value)[] Order(bool otherWayRound, params (Arm Arm, bool Bad, double Value)[] counters) =>
        otherWayRound ? [.. counters.AsEnumerable().Reverse()] : counters;

    private void Scrape(double second, params (Arm Arm, bool Bad, double Value)[] counters)
    {
        foreach (var (arm, bad, value) in counters)
        {
            _ledger.Observe(new CounterSample(Series("success-rate", arm, "gateway", bad), Ms(second), value));
        }
    }

    private (long Requests, double Good) Canary(double now) => (Judge(now).Requests, Math.Round(Judge(now).Value!.Value, 4));

    private MetricJudgement Judge(double now) => _ledger.Judge(new("v2", 1, 0, Start, 0, [SuccessRate], At(now))).Metrics[0];
}
