using CanaryController.Core.Analysis;
using static CanaryController.Core.Tests.Analysis.LedgerFeed;

namespace CanaryController.Core.Tests.Analysis;

/// <summary>The whole ledger on simulated scrapes: how soon faults are seen, and that healthy canaries are left alone.</summary>
public class DetectionTests
{
    [Fact]
    public void At_a_scrape_of_15_s_and_looks_every_half_second_five_times_the_errors_are_found_in_all_runs()
    {
        var found = Enumerable.Range(0, 40).Count(static run => double.IsFinite(SecondsToFail(
            run, scrapeSeconds: 15, seconds: 600, Compared with { Min = null }, canary: (20, 0.05), stable: (80, 0.01))));
        Assert.Equal(40, found);
    }

    [Theory]
    [InlineData(0, 40, 6)]
    [InlineData(600, 40, 10)]
    [InlineData(3_600, 12, 12)]
    public void Five_percent_errors_of_50_requests_a_second_are_seen_in_seconds(int healthySeconds, int runs, double median)
    {
        var times = Enumerable.Range(0, runs).Select(run =>
            SecondsToFail(run, 1, healthySeconds + 120, Compared, (50, 0.05), (150, 0.002), healthySeconds) - healthySeconds).ToArray();
        Assert.InRange(Draw.Median(times), 1, median);
    }

    [Fact]
    public void Total_failure_is_seen_at_the_first_scrape_that_shows_it()
    {
        var times = Enumerable.Range(0, 40).Select(static run => SecondsToFail(run, 1, 120, Compared, (50, 1), (150, 0.002), healthySeconds: 30) - 30);
        Assert.All(times, static time => Assert.InRange(time, 0, 2));
    }

    [Fact]
    public void Healthy_canaries_are_left_alone_by_all_tests_together_at_every_look()
    {
        var failed = Enumerable.Range(0, 200).Count(static run => double.IsFinite(SecondsToFail(run, 1, 180, Compared, (20, 0.01), (80, 0.01))));
        Assert.InRange(failed, 0, 4);
    }

    /// <summary>Two pods an arm, each scraped at an offset of its own; a look every half second.</summary>
    private static double SecondsToFail(
        int seed, int scrapeSeconds, int seconds, MetricSpec metric, (double Requests, double Rate) canary, (double Requests, double Rate) stable, int healthySeconds = 0)
    {
        var random = new Random(seed);
        var feed = new LedgerFeed(TimeSpan.FromSeconds(scrapeSeconds), metric);
        var offsets = Enumerable.Range(0, 4).Select(_ => random.Next(1, 2 * scrapeSeconds)).ToArray();
        for (var half = -2 * scrapeSeconds; half < 2 * seconds; half++)
        {
            for (var pod = 0; pod < 4; pod++)
            {
                if ((half + (4 * scrapeSeconds)) % (2 * scrapeSeconds) != offsets[pod] % (2 * scrapeSeconds))
                {
                    continue;
                }

                var (requests, rate) = pod < 2 ? canary : stable;
                rate = half / 2.0 < healthySeconds + scrapeSeconds && healthySeconds > 0 ? stable.Rate : rate;
                var (total, bad) = Draw.Requests(random, requests * scrapeSeconds / 2, rate);
                feed.Scrape(half / 2.0, pod < 2 ? Arm.Canary : Arm.Stable, total - bad, bad, "pod" + pod);
            }

            if (feed.Ledger.AnyFailed)
            {
                return half / 2.0;
            }
        }

        return double.PositiveInfinity;
    }
}
