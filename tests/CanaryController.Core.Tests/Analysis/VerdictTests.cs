using CanaryController.Core.Analysis;
using static CanaryController.Core.Tests.Analysis.LedgerFeed;

namespace CanaryController.Core.Tests.Analysis;

/// <summary>What the ledger's evidence comes to.</summary>
public class VerdictTests
{
    [Fact]
    public void A_healthy_canary_passes_with_its_value_and_counts()
    {
        var feed = Healthy(seconds: 60);
        var judged = feed.Judge(60.2);
        Assert.Equal(Verdict.Passed, judged.Verdict);
        Assert.Equal("success rate 99.80 % of 3,000 requests, at least 99 % asked.", judged.Message);
        Assert.Equal(0.998, judged.Value!.Value, 9);
        Assert.Equal(3_000, judged.Requests);
        Assert.Equal(Math.Log10(1 / 0.01), judged.EvidenceLimit, 9);
        Assert.InRange(judged.Evidence, -3, 0.5);
        Assert.Equal(3_000, feed.JudgeAll(60.2).CanaryRequestsInStep);
    }

    [Fact]
    public void Revision_attempt_and_step_are_handed_through()
    {
        var seen = Healthy(seconds: 5).JudgeAll(5);
        Assert.Equal(("v2", 3, 1), (seen.Revision, seen.Attempt, seen.StepIndex));
    }

    [Fact]
    public void Overwhelming_evidence_fails_and_says_on_what()
    {
        var feed = Healthy(seconds: 120);
        for (var second = 121; second <= 130; second++)
        {
            feed.Both(second, 45, 5, 150, 0);
        }

        Assert.True(feed.Ledger.AnyFailed);
        var judged = feed.Judge(130.2, stepSince: 60);
        Assert.Equal(Verdict.Failed, judged.Verdict);
        Assert.Matches("^success rate 90\\.00 % of [0-9]+ requests in [0-9]+ s is below 99 %: the odds that this is chance are below 1 in [0-9,]+\\.$", judged.Message);
        Assert.True(judged.Evidence >= judged.EvidenceLimit);
    }

    [Fact]
    public void A_failure_stays_whatever_comes_after_it()
    {
        var feed = Healthy(seconds: 10);
        feed.Both(11, 0, 50, 150, 0);
        Assert.True(feed.Ledger.AnyFailed);
        for (var second = 12; second <= 1_000; second++)
        {
            feed.Both(second, 50, 0, 150, 0);
        }

        Assert.Equal(1, feed.Ledger.FailedCount);
        var judged = feed.Judge(1_000, stepSince: 500);
        Assert.Equal(Verdict.Failed, judged.Verdict);
        Assert.True(judged.Evidence >= judged.EvidenceLimit);
    }

    [Fact]
    public void A_failure_outranks_a_provider_error_and_stale_samples()
    {
        var feed = Healthy(seconds: 10);
        feed.Both(11, 0, 50, 150, 0);
        feed.Ledger.ReportProviderError(null, "connection refused", At(12));
        Assert.Equal(Verdict.Failed, feed.Judge(600).Verdict);
    }

    [Fact]
    public void A_value_outside_the_threshold_that_chance_may_explain_holds()
    {
        var feed = Healthy(seconds: 1);
        feed.Both(2, 99, 2, 150, 0);
        var judged = feed.Judge(2.5, stepSince: 2);
        Assert.Equal(Verdict.Inconclusive, judged.Verdict);
        Assert.Equal("success rate 98.02 % of 101 requests since the step began is below 99 %: chance may still explain it.", judged.Message);
    }

    [Fact]
    public void A_healthy_step_passes_although_the_attempt_as_a_whole_would_not()
    {
        var feed = Healthy(seconds: 1);
        feed.Both(2, 98, 2, 150, 0);
        for (var second = 3; second <= 20; second++)
        {
            feed.Both(second, 5, 0, 150, 0);
        }

        Assert.Equal(Verdict.Passed, feed.Judge(20, stepSince: 10).Verdict);
        Assert.Equal(55, feed.Judge(20, stepSince: 10).Requests);
    }

    [Theory]
    [InlineData(0, Verdict.Passed)]
    [InlineData(3_000, Verdict.Passed)]
    [InlineData(3_001, Verdict.BelowMinRequests)]
    public void A_step_that_asks_for_requests_gets_them(long minRequests, Verdict expected) =>
        Assert.Equal(expected, Healthy(seconds: 60).Judge(60.2, minRequests: minRequests).Verdict);

    [Fact]
    public void Without_a_request_since_the_step_began_nothing_passes()
    {
        var judged = Healthy(seconds: 60).Judge(65, stepSince: 62);
        Assert.Equal(Verdict.BelowMinRequests, judged.Verdict);
        Assert.Equal("the canary has answered no request since the step began, 1 asked.", judged.Message);
        Assert.Null(judged.Value);
    }

    [Fact]
    public void A_step_that_the_router_has_not_taken_up_never_passes()
    {
        var seen = Healthy(seconds: 60).JudgeAll(60.2, stepSince: null);
        Assert.Equal(Verdict.BelowMinRequests, seen.Metrics[0].Verdict);
        Assert.Null(seen.CanaryRequestsInStep);
    }

    [Fact]
    public void No_series_is_no_data()
    {
        var judged = new LedgerFeed(SuccessRate).Judge(10);
        Assert.Equal((Verdict.NoData, "no series of the canary has been seen."), (judged.Verdict, judged.Message));
    }

    [Theory]
    [InlineData(1, 15, Verdict.Passed)]
    [InlineData(1, 16, Verdict.NoData)]
    [InlineData(15, 45, Verdict.Passed)]
    [InlineData(15, 46, Verdict.NoData)]
    public void Samples_go_stale_after_three_scrapes_and_fifteen_seconds(int scrapeSeconds, int age, Verdict expected)
    {
        var feed = new LedgerFeed(TimeSpan.FromSeconds(scrapeSeconds), SuccessRate);
        for (var second = -scrapeSeconds; second <= 60; second += scrapeSeconds)
        {
            feed.Both(second, 500, 0, 500, 0);
        }

        var judged = feed.Judge(60 + age);
        Assert.Equal(expected, judged.Verdict);
        Assert.Equal(expected == Verdict.NoData, judged.Message == $"the canary's newest sample is {age} s old.");
    }

    [Theory]
    [InlineData(15, Verdict.Passed)]
    [InlineData(16, Verdict.NoData)]
    public void Samples_from_the_future_are_no_data_since_nobody_could_tell_that_they_have_stopped(int ahead, Verdict expected)
    {
        var judged = Healthy(seconds: 60).Judge(60 - ahead);
        Assert.Equal(expected, judged.Verdict);
        Assert.Equal(
            expected == Verdict.NoData,
            judged.Message == $"the canary's newest sample is {ahead} s in the future: the clocks of Prometheus and of this machine differ.");
    }

    [Fact]
    public void The_latest_provider_error_holds_until_the_provider_answers()
    {
        var feed = Healthy(seconds: 60);
        feed.Ledger.ReportProviderError(null, "connection refused", At(60));
        feed.Ledger.ReportProviderOk("success-rate", At(59));
        var judged = feed.Judge(61);
        Assert.Equal((Verdict.ProviderError, "the provider did not answer: connection refused."), (judged.Verdict, judged.Message));
        feed.Ledger.ReportProviderOk("success-rate", At(61));
        Assert.Equal(Verdict.Passed, feed.Judge(61).Verdict);
    }

    [Fact]
    public void False_alarms_are_shared_out_over_all_sequential_tests()
    {
        var feed = new LedgerFeed(Compared, Latency, new MetricSpec { Name = "orders", Kind = MetricKind.Query, Min = 10 });
        Assert.Equal(Math.Log10(3 / 0.01), feed.Judge(1).EvidenceLimit, 9);
    }

    [Fact]
    public void A_metric_that_is_not_in_the_plan_is_no_data() =>
        Assert.Equal(
            Verdict.NoData,
            new LedgerFeed(SuccessRate).Ledger.Judge(new("v2", 1, 0, Start, 0, [SuccessRate with { Name = "other" }], Start)).Metrics[0].Verdict);

    private static LedgerFeed Healthy(int seconds)
    {
        var feed = new LedgerFeed(SuccessRate);
        for (var second = 0; second <= seconds; second++)
        {
            var bad = second > 0 && second % 10 == 0 ? 1 : 0;
            feed.Both(second, 50 - bad, bad, 150, 0);
            _ = feed.Ledger.AnyFailed;
        }

        return feed;
    }
}
