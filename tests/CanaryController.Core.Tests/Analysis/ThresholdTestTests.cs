using CanaryController.Core.Analysis;

namespace CanaryController.Core.Tests.Analysis;

/// <summary>Thresholds as tests, simulated as in their specification: blocks of 1 s against <c>min: 99</c>, alpha 0.5 % (two tests share 1 %).</summary>
public class ThresholdTestTests
{
    private const double Alpha = 0.005;

    [Theory]
    [InlineData(50, 0.05, 4)]
    [InlineData(50, 1.00, 1)]
    [InlineData(50, 0.20, 2)]
    [InlineData(5, 1.00, 1)]
    public void A_fault_is_found_in_the_expected_time(double requestsPerSecond, double rate, double atMostSeconds)
    {
        var times = Enumerable.Range(0, 500).Select(run =>
        {
            var random = new Random(run);
            return SimulatedTest.SecondsToReject(new ThresholdTest(0.01), Alpha, 1, 600, _ => SimulatedTest.Canary(random, requestsPerSecond, rate));
        }).ToArray();
        Assert.InRange(Draw.Median(times), 1, atMostSeconds);
        Assert.All(times, time => Assert.True(double.IsFinite(time)));
    }

    [Theory]
    [InlineData(0, 0.05, 4)]
    [InlineData(600, 0.05, 7)]
    [InlineData(3_600, 0.05, 9)]
    [InlineData(600, 1, 1)]
    [InlineData(3_600, 1, 1)]
    public void A_healthy_past_does_not_hide_a_new_fault(int healthySeconds, double rate, double median)
    {
        var times = Enumerable.Range(0, 60).Select(run =>
        {
            var random = new Random(run);
            return SimulatedTest.SecondsToReject(new ThresholdTest(0.01), Alpha, 1, healthySeconds + 600, second =>
                SimulatedTest.Canary(random, 50, second < healthySeconds ? 0.008 : rate)) - healthySeconds;
        }).Where(static time => time > 0).ToArray();
        Assert.InRange(times.Length, 58, 60);
        Assert.InRange(Draw.Median(times), 1, median);
    }

    [Theory]
    [InlineData(5, 0.008)]
    [InlineData(50, 0.008)]
    [InlineData(5, 0.010)]
    [InlineData(50, 0.010)]
    [InlineData(500, 0.010)]
    public void A_healthy_canary_near_its_threshold_is_left_alone(double requestsPerSecond, double rate)
    {
        var rejected = Enumerable.Range(0, 1_000).Count(run =>
        {
            var random = new Random(run);
            return double.IsFinite(SimulatedTest.SecondsToReject(new ThresholdTest(0.01), Alpha, 1, 600, _ => SimulatedTest.Canary(random, requestsPerSecond, rate)));
        });
        Assert.InRange(rejected, 0, 5);
    }

    [Fact]
    public void A_point_check_at_each_tick_would_abort_nine_of_ten_healthy_canaries_within_a_minute()
    {
        var (byPoint, byTest) = (0, 0);
        for (var run = 0; run < 1_000; run++)
        {
            var random = new Random(run);
            var blocks = Enumerable.Range(0, 60).Select(_ => SimulatedTest.Canary(random, 5, 0.008)).ToArray();
            byPoint += blocks.Any(static block => block.CanaryBad > 0.01 * block.CanaryTotal) ? 1 : 0;
            byTest += double.IsFinite(SimulatedTest.SecondsToReject(new ThresholdTest(0.01), Alpha, 1, 60, second => blocks[second])) ? 1 : 0;
        }

        Assert.InRange(byPoint, 850, 950);
        Assert.InRange(byTest, 0, 5);
    }

    [Fact]
    public void A_threshold_of_100_percent_is_refuted_by_the_third_bad_request_not_the_first()
    {
        var test = new ThresholdTest(0);
        var evidence = new StartMixture();
        evidence.BeginStarts(1);
        var rejected = Enumerable.Range(1, 3).Select(_ =>
        {
            test.Add(evidence, new(1_000, 1, 0, 0));
            return evidence.Reaches(Math.Log(1 / Alpha));
        });
        Assert.Equal([false, false, true], rejected);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.999)]
    public void A_threshold_that_nothing_can_break_never_rejects(double allowed)
    {
        var evidence = new StartMixture();
        evidence.BeginStarts(1);
        new ThresholdTest(allowed).Add(evidence, new(1_000_000, 1_000_000, 0, 0));
        Assert.Equal(0, evidence.LnEvidence, 12);
    }

    [Fact]
    public void Huge_counts_are_no_trouble()
    {
        var evidence = new StartMixture();
        evidence.BeginStarts(1);
        var test = new ThresholdTest(0.01);
        test.Add(evidence, new(1_000_000_000_000, 8_000_000_000, 0, 0));
        Assert.True(double.IsFinite(evidence.LnEvidence));
        Assert.False(evidence.Reaches(Math.Log(1 / Alpha)));
        test.Add(evidence, new(1_000_000_000_000, 200_000_000_000, 0, 0));
        Assert.True(evidence.Reaches(Math.Log(1 / Alpha)));
    }
}
