using CanaryController.Core.Analysis;

namespace CanaryController.Core.Tests.Analysis;

/// <summary>
/// The comparison with stable, simulated: alpha 1 %, blocks of 5 s, weights 5, 10, 20, 35, 50 % for 60 s each, traffic that first rises and then falls by 80 %.
/// With one start it is the plain test, whose times are known from elsewhere; the mixture over starts costs it a block or two.
/// </summary>
public class ComparisonTestTests
{
    private const double Alpha = 0.01;
    private static readonly double[] Weights = [0.05, 0.10, 0.20, 0.35, 0.50];

    [Theory]
    [InlineData(true, 10, 85, 140)]
    [InlineData(true, 100, 25, 30)]
    [InlineData(true, 1_000, 5, 5)]
    [InlineData(false, 10, 85, 145)]
    [InlineData(false, 100, 25, 35)]
    [InlineData(false, 1_000, 5, 5)]
    public void Five_times_the_errors_are_found_in_the_expected_time(bool oneStart, double requestsPerSecond, double atLeast, double atMost)
    {
        var median = Draw.Median(Times(seed: 1, runs: 400, requestsPerSecond, stableRate: 0.01, canaryRate: 0.05, oneStart: oneStart));
        Assert.InRange(median, atLeast, atMost);
    }

    [Theory]
    [InlineData(true, 100, 130, 155)]
    [InlineData(true, 1_000, 25, 45)]
    [InlineData(false, 100, 130, 160)]
    [InlineData(false, 1_000, 25, 45)]
    public void Twice_the_errors_are_found_in_the_expected_time(bool oneStart, double requestsPerSecond, double atLeast, double atMost)
    {
        var median = Draw.Median(Times(seed: 2, runs: 400, requestsPerSecond, stableRate: 0.01, canaryRate: 0.02, oneStart: oneStart));
        Assert.InRange(median, atLeast, atMost);
    }

    [Fact]
    public void Twice_the_errors_of_ten_requests_a_second_are_found_now_and_then_within_five_minutes()
    {
        var times = Times(seed: 3, runs: 500, requestsPerSecond: 10, stableRate: 0.01, canaryRate: 0.02, anyPhase: true);
        Assert.InRange(times.Count(double.IsFinite) / 500.0, 0.08, 0.35);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1_000)]
    public void A_canary_as_good_as_stable_is_rejected_in_at_most_one_of_a_hundred_rollouts(double requestsPerSecond)
    {
        var times = Times(seed: 4, runs: 1_500, requestsPerSecond, stableRate: 0.01, canaryRate: 0.01);
        Assert.InRange(times.Count(double.IsFinite), 0, 15);
    }

    [Fact]
    public void A_canary_within_the_tolerated_ratio_is_left_alone()
    {
        var times = Times(seed: 5, runs: 500, requestsPerSecond: 300, stableRate: 0.01, canaryRate: 0.012, tolerated: 1.2);
        Assert.InRange(times.Count(double.IsFinite), 0, 5);
    }

    [Fact]
    public void A_base_rate_that_jumps_for_both_is_no_evidence()
    {
        var rejected = 0;
        for (var run = 0; run < 300; run++)
        {
            var random = new Random(run);
            var time = SimulatedTest.SecondsToReject(new ComparisonTest(1), Alpha, 5, 600, second =>
            {
                var rate = second is >= 200 and < 260 ? 0.3 : 0.002;
                return SimulatedTest.Both(random, 50, rate, 450, rate);
            });
            rejected += double.IsFinite(time) ? 1 : 0;
        }

        Assert.InRange(rejected, 0, 3);
    }

    [Theory]
    [InlineData(0, 5, 10)]
    [InlineData(600, 5, 10)]
    [InlineData(3_600, 10, 15)]
    public void A_healthy_past_does_not_hide_a_new_fault(int healthySeconds, double median, double worst)
    {
        var times = Enumerable.Range(0, 100).Select(run =>
        {
            var random = new Random(100 + run);
            return SimulatedTest.SecondsToReject(new ComparisonTest(1), Alpha, 5, healthySeconds + 300, second =>
                SimulatedTest.Both(random, 250, second < healthySeconds ? 0.002 : 0.05, 750, 0.002)) - healthySeconds;
        }).Where(static time => time > 0).ToArray();
        Assert.InRange(times.Length, 98, 100);
        Assert.InRange(Draw.Median(times), 5, median);
        Assert.InRange(times.Max(), 5, worst);
    }

    [Fact]
    public void With_one_start_an_hour_of_health_hides_a_new_fault_three_times_as_long()
    {
        var times = Enumerable.Range(0, 40).Select(run =>
        {
            var random = new Random(100 + run);
            return SimulatedTest.SecondsToReject(
                new ComparisonTest(1), Alpha, 5, 3_900, second => SimulatedTest.Both(random, 250, second < 3_600 ? 0.002 : 0.05, 750, 0.002), oneStart: true) - 3_600;
        }).Where(static time => time > 0).ToArray();
        Assert.InRange(Draw.Median(times), 30, 45);
    }

    [Fact]
    public void Nine_of_ten_runs_at_100_requests_a_second_find_five_times_the_errors_within_a_minute()
    {
        var times = Times(seed: 1, runs: 400, requestsPerSecond: 100, stableRate: 0.01, canaryRate: 0.05);
        Assert.InRange(times.Order().ElementAt(360), 25, 65);
    }

    [Theory]
    [InlineData(0, 0, 100, 5)]
    [InlineData(100, 5, 0, 0)]
    [InlineData(100, 0, 900, 0)]
    [InlineData(0, 0, 0, 0)]
    public void A_block_of_one_arm_or_without_bad_requests_says_nothing(long canaryTotal, long canaryBad, long stableTotal, long stableBad)
    {
        var evidence = new StartMixture();
        evidence.BeginStarts(1);
        new ComparisonTest(1.2).Add(evidence, new(canaryTotal, canaryBad, stableTotal, stableBad));
        Assert.Equal(0, evidence.LnEvidence, 12);
    }

    [Fact]
    public void A_stable_version_without_errors_can_be_compared_with()
    {
        var evidence = new StartMixture();
        evidence.BeginStarts(1);
        new ComparisonTest(1.2).Add(evidence, new(1_000, 20, 9_000, 0));
        Assert.True(evidence.Reaches(Math.Log(1 / Alpha)));
    }

    [Fact]
    public void A_billion_and_more_requests_are_no_trouble()
    {
        var evidence = new StartMixture();
        evidence.BeginStarts(1);
        new ComparisonTest(1.2).Add(evidence, new(1_000_000_000_000, 11_000_000_000, 9_000_000_000_000, 90_000_000_000));
        Assert.True(double.IsFinite(evidence.LnEvidence));
        Assert.False(evidence.Reaches(Math.Log(1 / Alpha)));
        new ComparisonTest(1.2).Add(evidence, new(1_000_000_000_000, 900_000_000_000, 9_000_000_000_000, 90_000_000_000));
        Assert.True(double.IsFinite(evidence.LnEvidence));
        Assert.True(evidence.Reaches(Math.Log(1 / Alpha)));
    }

    private static double[] Times(int seed, int runs, double requestsPerSecond, double stableRate, double canaryRate, double tolerated = 1, bool oneStart = false, bool anyPhase = false) =>
        [.. Enumerable.Range(0, runs).Select(run =>
        {
            var random = new Random((seed * 100_000) + run);
            var phase = anyPhase ? 2 * Math.PI * random.NextDouble() : 0;
            return SimulatedTest.SecondsToReject(new ComparisonTest(tolerated), Alpha, 5, 300, second =>
            {
                var requests = 5 * requestsPerSecond * (1 + (0.8 * Math.Sin((2 * Math.PI * second / 300) + phase)));
                var weight = Weights[second / 60];
                return SimulatedTest.Both(random, requests * weight, canaryRate, requests * (1 - weight), stableRate);
            }, oneStart);
        })];
}
