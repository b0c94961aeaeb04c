using CanaryController.Core.Analysis;
using static CanaryController.Core.Tests.Analysis.LedgerFeed;

namespace CanaryController.Core.Tests.Analysis;

/// <summary>Own queries are values, judged measurement by measurement.</summary>
public class QueryVerdictTests
{
    private static readonly MetricSpec Orders = new() { Name = "orders", Kind = MetricKind.Query, Query = "orders", Min = 10, Max = 100, FailureLimit = 1 };

    [Theory]
    [InlineData(10.0, Verdict.Passed, "10 is within 10 to 100")]
    [InlineData(100.0, Verdict.Passed, "100 is within 10 to 100")]
    [InlineData(9.5, Verdict.Inconclusive, "9.5 is below 10: 1 measurement outside the limits, 1 allowed")]
    [InlineData(101.0, Verdict.Inconclusive, "101 is above 100: 1 measurement outside the limits, 1 allowed")]
    [InlineData(double.NaN, Verdict.NoData, "the query has returned no value yet")]
    [InlineData(double.PositiveInfinity, Verdict.NoData, "the query has returned no value yet")]
    [InlineData(null, Verdict.NoData, "the query has returned no value yet")]
    public void A_measurement_is_judged_against_both_limits(double? value, Verdict verdict, string message)
    {
        var feed = new LedgerFeed(Orders);
        feed.Ledger.ObserveValue("orders", At(5), value);
        Assert.Equal((verdict, message + "."), (feed.Judge(6).Verdict, feed.Judge(6).Message));
    }

    [Fact]
    public void One_more_failure_than_allowed_fails_for_good()
    {
        var feed = new LedgerFeed(Orders);
        feed.Ledger.ObserveValue("orders", At(5), 9);
        Assert.False(feed.Ledger.AnyFailed);
        feed.Ledger.ObserveValue("orders", At(5), 9);
        feed.Ledger.ObserveValue("orders", At(4), 9);
        Assert.False(feed.Ledger.AnyFailed);
        feed.Ledger.ObserveValue("orders", At(15), 8);
        Assert.True(feed.Ledger.AnyFailed);
        feed.Ledger.ObserveValue("orders", At(25), 50);
        feed.Ledger.ReportProviderError("orders", "timeout", At(35));
        var judged = feed.Judge(26);
        Assert.Equal((Verdict.Failed, "8 is below 10: 2 measurements of 3 outside the limits, 1 allowed."), (judged.Verdict, judged.Message));
    }

    [Fact]
    public void By_default_no_failure_is_allowed()
    {
        var feed = new LedgerFeed(Orders with { FailureLimit = 0 });
        feed.Ledger.ObserveValue("orders", At(5), 9);
        Assert.Equal("9 is below 10: 1 measurement of 1 outside the limits, none is allowed.", feed.Judge(6).Message);
    }

    [Theory]
    [InlineData(35, Verdict.Passed)]
    [InlineData(36, Verdict.NoData)]
    public void A_value_goes_stale_after_three_intervals(int now, Verdict expected)
    {
        var feed = new LedgerFeed(Orders);
        feed.Ledger.ObserveValue("orders", At(5), 50);
        Assert.Equal(expected, feed.Judge(now).Verdict);
    }

    [Fact]
    public void A_query_that_stops_returning_values_is_no_data()
    {
        var feed = new LedgerFeed(Orders);
        feed.Ledger.ObserveValue("orders", At(5), 50);
        feed.Ledger.ObserveValue("orders", At(15), null);
        Assert.Equal((Verdict.NoData, "no value for 11 s: the last was 50."), (feed.Judge(16).Verdict, feed.Judge(16).Message));
    }

    [Fact]
    public void A_step_needs_a_measurement_of_its_own()
    {
        var feed = new LedgerFeed(Orders);
        feed.Ledger.ObserveValue("orders", At(5), 50);
        Assert.Equal(Verdict.NoData, feed.Judge(8, stepSince: 6).Verdict);
        Assert.Equal(Verdict.NoData, feed.Judge(8, stepSince: null).Verdict);
        Assert.Equal(Verdict.Passed, feed.Judge(8, stepSince: 5).Verdict);
    }

    [Fact]
    public void Measurements_before_the_first_traffic_are_ignored()
    {
        var feed = new LedgerFeed(Orders with { FailureLimit = 0 });
        feed.Ledger.ObserveValue("orders", At(-1), 0);
        Assert.False(feed.Ledger.AnyFailed);
        Assert.Equal((Verdict.NoData, "not measured yet."), (feed.Judge(1).Verdict, feed.Judge(1).Message));
    }
}
