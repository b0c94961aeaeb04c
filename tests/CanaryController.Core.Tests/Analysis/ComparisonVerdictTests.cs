using CanaryController.Core.Analysis;
using static CanaryController.Core.Tests.Analysis.LedgerFeed;

namespace CanaryController.Core.Tests.Analysis;

/// <summary>Verdicts of metrics that are compared with stable.</summary>
public class ComparisonVerdictTests
{
    [Fact]
    public void A_canary_worse_than_stable_fails_although_its_threshold_is_kept()
    {
        var feed = new LedgerFeed(Compared with { Min = 0.95 });
        Feed(feed, 1, 60, canary: (97, 3), stable: (198, 2));
        Assert.True(feed.Ledger.AnyFailed);
        var judged = feed.Judge(60.1);
        Assert.Equal(Verdict.Failed, judged.Verdict);
        Assert.Matches(
            "^error rate 3\\.00 % of [0-9,]+ requests is 3 times stable's 1\\.00 % of [0-9,]+ \\(with 99 % confidence [0-9.]+ to [0-9.]+\\) in [0-9]+ s, at most 1\\.2 times "
            + "tolerated: the odds that this is chance are below 1 in [0-9,]+\\.$",
            judged.Message);
    }

    [Fact]
    public void A_ratio_above_the_tolerated_one_that_chance_explains_passes()
    {
        var feed = new LedgerFeed(Compared);
        Feed(feed, 1, 10, canary: (100, 0), stable: (300, 0));
        feed.Both(11, 97, 3, 296, 4);
        var judged = feed.Judge(11.1);
        Assert.Equal((Verdict.Passed, "success rate 99.73 % of 1,100 requests, at least 99 % asked; stable's error rate is 0.12 %."), (judged.Verdict, judged.Message));
        Assert.Equal(1 - (4 / 3_300.0), judged.StableValue!.Value, 9);
    }

    [Fact]
    public void A_ratio_that_chance_hardly_explains_holds_before_it_fails()
    {
        var feed = new LedgerFeed(Compared);
        Feed(feed, 1, 20, canary: (100, 0), stable: (300, 0));
        feed.Both(21, 96, 4, 300, 0);
        var judged = feed.Judge(21.1);
        Assert.Equal(Verdict.Inconclusive, judged.Verdict);
        Assert.StartsWith("error rate 0.19 % of 2,100 requests against none of stable's 6,300", judged.Message, StringComparison.Ordinal);
        Assert.EndsWith("since the step began, at most 1.2 times tolerated: chance may still explain it.", judged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_series_of_stable_nothing_passes()
    {
        var feed = new LedgerFeed(Compared);
        for (var second = 0; second <= 10; second++)
        {
            feed.Scrape(second, Arm.Canary, 100, 0);
        }

        var judged = feed.Judge(10.1);
        Assert.Equal((Verdict.NoData, "no series of stable to compare with has been seen."), (judged.Verdict, judged.Message));
    }

    [Fact]
    public void A_comparison_alone_does_not_pass_when_stable_never_had_a_request()
    {
        var feed = new LedgerFeed(Compared with { Min = null });
        Feed(feed, 1, 10, canary: (100, 0), stable: (0, 0));
        Assert.Equal((Verdict.NoData, "stable has had no requests to compare with."), (feed.Judge(10.1).Verdict, feed.Judge(10.1).Message));
    }

    [Fact]
    public void At_full_weight_the_threshold_alone_decides_and_that_is_said()
    {
        var feed = new LedgerFeed(Compared);
        Feed(feed, 1, 10, canary: (100, 0), stable: (100, 0));
        Feed(feed, 11, 20, canary: (200, 0), stable: (0, 0));
        var judged = feed.Judge(20.1, stepSince: 11);
        Assert.Equal(Verdict.Passed, judged.Verdict);
        Assert.EndsWith("; stable has had no requests to compare with since the step began.", judged.Message, StringComparison.Ordinal);
        Assert.Null(judged.StableValue);
    }

    [Fact]
    public void The_open_block_is_compared_once_all_targets_have_come_that_far()
    {
        var feed = new LedgerFeed(Compared with { Min = null });
        Feed(feed, 1, 10, canary: (100, 0), stable: (900, 0));
        feed.Scrape(11.1, Arm.Canary, 0, 100, "canary-pod");
        Assert.False(feed.Ledger.AnyFailed);
        feed.Scrape(11.2, Arm.Stable, 900, 0, "stable-pod");
        Assert.True(feed.Ledger.AnyFailed);
    }

    [Fact]
    public void A_stable_target_that_vanished_delays_the_comparison_by_three_blocks_only()
    {
        var feed = new LedgerFeed(Compared with { Min = null });
        feed.Scrape(9, Arm.Stable, 900, 0, "vanishing");
        Feed(feed, 1, 10, canary: (100, 0), stable: (900, 0));
        feed.Scrape(10, Arm.Stable, 900, 0, "vanishing");
        Feed(feed, 11, 12, canary: (0, 100), stable: (900, 0));
        Assert.False(feed.Ledger.AnyFailed);
        Feed(feed, 13, 14, canary: (0, 100), stable: (900, 0));
        Assert.True(feed.Ledger.AnyFailed);
    }

    [Theory]
    [InlineData(12, 100, 0.1, false)]
    [InlineData(16, 100, 0.1, true)]
    [InlineData(15, 100, 0.1, false)]
    [InlineData(5, 5, 0.5, true)]
    [InlineData(4, 4, 0.5, false)]
    [InlineData(0, 0, 0.5, false)]
    [InlineData(50_300, 100_000, 0.5, true)]
    [InlineData(50_200, 100_000, 0.5, false)]
    [InlineData(3, 1_000_000_000, 1e-9, false)]
    [InlineData(4, 1_000_000_000, 1e-9, true)]
    public void What_chance_hardly_explains_is_told_exactly(long hits, long trials, double chance, bool expected) =>
        Assert.Equal(expected, BinomialTail.IsUnlikely(hits, trials, chance));

    private static void Feed(LedgerFeed feed, int from, int to, (long Good, long Bad) canary, (long Good, long Bad) stable)
    {
        if (from == 1)
        {
            feed.Both(0, 0, 0, 0, 0);
        }

        for (var second = from; second <= to; second++)
        {
            feed.Both(second, canary.Good, canary.Bad, stable.Good, stable.Bad);
            _ = feed.Ledger.AnyFailed;
        }
    }
}
