using CanaryController.Core.Analysis;
using static CanaryController.Core.Tests.Analysis.LedgerFeed;

namespace CanaryController.Core.Tests.Analysis;

/// <summary>Durations are counted: the share of requests slower than a bucket bound.</summary>
public class DurationVerdictTests
{
    private readonly EvidenceLedger _ledger = new LedgerFeed(Latency).Ledger;
    private long _all;
    private long _fast;

    [Fact]
    public void The_value_is_the_share_within_the_bound_and_the_sentence_says_the_slower_rest()
    {
        _ledger.SetBound("latency", 0.5);
        Scrape(0, 0, 0);
        Scrape(1, 1_000, 995);
        var judged = Judge(1.1);
        Assert.Equal((Verdict.Passed, "0.50 % of 1,000 requests slower than 500 ms, 1 % allowed."), (judged.Verdict, judged.Message));
        Assert.Equal(0.995, judged.Value!.Value, 9);
    }

    [Fact]
    public void A_lower_bucket_than_the_threshold_is_named()
    {
        _ledger.SetBound("latency", 0.25);
        Scrape(0, 0, 0);
        Scrape(1, 1_000, 995);
        Assert.Equal("0.50 % of 1,000 requests slower than 250 ms, 1 % allowed.", Judge(1.1).Message);
    }

    [Fact]
    public void A_slow_canary_fails()
    {
        _ledger.SetBound("latency", 0.5);
        Scrape(0, 0, 0);
        Scrape(1, 100, 60);
        Assert.True(_ledger.AnyFailed);
        Assert.StartsWith(
            "40.00 % of 100 requests slower than 500 ms in 1 s, 1 % allowed: the odds that this is chance are below 1 in ", Judge(1.1).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MissingBound.NotSeen, "no histogram of the canary's request durations has been seen")]
    [InlineData(MissingBound.BelowEveryBucket, "every bucket of the histogram is above 500 ms: it cannot tell which requests were slower; raise max or add a bucket")]
    [InlineData(MissingBound.AboveTopBucket,
        "the histogram's highest finite bucket is below 500 ms: it cannot tell which requests were slower; lower max or add a bucket")]
    public void Without_a_bound_that_can_tell_nothing_passes(MissingBound reason, string message)
    {
        _ledger.SetBound("latency", null, reason);
        Scrape(0, 0, 0);
        Scrape(1, 1_000, 1_000);
        Assert.Equal((Verdict.NoData, message + "."), (Judge(1.1).Verdict, Judge(1.1).Message));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_a_bound_no_request_counts_as_slow(bool isSaid)
    {
        if (isSaid)
        {
            _ledger.SetBound("latency", null);
        }

        // Who does not know the bound asks for the sum alone.
        foreach (var second in Enumerable.Range(0, 10))
        {
            _ledger.Observe(new CounterSample(new("latency", Arm.Canary, "pod", "", 1, 1), Ms(second), 100 * second));
        }

        Assert.False(_ledger.AnyFailed);
        Assert.Equal(Verdict.NoData, Judge(9.1).Verdict);
    }

    [Fact]
    public void Another_bound_drops_what_was_counted_with_the_one_before()
    {
        _ledger.SetBound("latency", 0.25);
        Scrape(0, 0, 0);
        Scrape(1, 100, 20);
        Assert.True(_ledger.AnyFailed);
        _ledger.SetBound("latency", 0.25);
        Assert.True(_ledger.AnyFailed);
        _ledger.SetBound("latency", 0.5);
        Assert.False(_ledger.AnyFailed);
        Scrape(2, 100, 100);
        Scrape(3, 100, 100);
        var judged = Judge(3.1);
        Assert.Equal((Verdict.Passed, 100L, 1.0), (judged.Verdict, judged.Requests, judged.Value));
    }

    [Fact]
    public void A_scrape_of_which_one_bucket_is_missing_makes_no_request_slow()
    {
        _ledger.SetBound("latency", 0.5);
        Scrape(0, 0, 0);
        Scrape(1, 100, 100);

        // The store shows a scrape half: the sum first, the bucket that takes the fast ones off a moment later.
        Observe(2, all: 200, fast: null);
        Assert.False(_ledger.AnyFailed);
        Observe(2, all: null, fast: 200);
        Observe(3, all: null, fast: 300);
        Observe(4, all: 400, fast: 400);

        Assert.False(_ledger.AnyFailed);
        var judged = Judge(4.1);
        Assert.Equal((Verdict.Passed, 400L, 1.0), (judged.Verdict, judged.Requests, judged.Value));
    }

    [Fact]
    public void A_gateway_that_has_no_such_bucket_makes_no_request_slow()
    {
        _ledger.SetBound("latency", 0.5);
        foreach (var second in Enumerable.Range(0, 10))
        {
            _ledger.Observe(new CounterSample(new("latency", Arm.Canary, "old-pod", "", 1, 1), Ms(second), 100 * second));
            Observe(second, 100 * second, 100 * second);
        }

        var judged = Judge(9.1);
        Assert.Equal((Verdict.Passed, 900L, 1.0), (judged.Verdict, judged.Requests, judged.Value));
    }

    [Theory]
    [InlineData(60, 59)]
    [InlineData(120, 119)]
    [InlineData(120, 10)]
    public void A_restart_that_one_bucket_does_not_show_resets_both(long all, long fast)
    {
        // Half of the first requests were slow: the new process's bucket of fast ones has passed the old one's by its first scrape, or the sum has.
        _ledger.SetBound("latency", 0.5);
        Observe(-1, 100, 20);
        Observe(0, 100, 20);
        Observe(1, all, fast);

        var judged = Judge(1.1);
        var isSeen = all < 100 || fast < 20;
        Assert.Equal(isSeen ? (all, fast) : (20, 20), (judged.Requests, Math.Round(judged.Value!.Value * judged.Requests)));
    }

    private void Observe(double seconds, long? all, long? fast)
    {
        (_all, _fast) = (all ?? _all, fast ?? _fast);
        foreach (var (value, total, bad) in new[] { (all, 1, 1), (fast, 0, -1) })
        {
            if (value is { } seen)
            {
                _ledger.Observe(new CounterSample(new("latency", Arm.Canary, "pod", "", total, bad), Ms(seconds), seen));
            }
        }
    }

    private void Scrape(double seconds, long all, long fast)
    {
        _all += all;
        _fast += fast;
        _ledger.Observe(new CounterSample(new("latency", Arm.Canary, "pod", "", 0, -1), Ms(seconds), _fast));
        _ledger.Observe(new CounterSample(new("latency", Arm.Canary, "pod", "", 1, 1), Ms(seconds), _all));
    }

    private MetricJudgement Judge(double now) => _ledger.Judge(new("v2", 1, 0, Start, 0, [Latency], At(now))).Metrics[0];
}
