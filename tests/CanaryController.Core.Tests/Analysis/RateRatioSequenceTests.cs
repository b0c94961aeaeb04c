using CanaryController.Core.Analysis;

namespace CanaryController.Core.Tests.Analysis;

/// <summary>The confidence sequence, against the specification's check value and its promise.</summary>
public class RateRatioSequenceTests
{
    [Fact]
    public void The_check_value_is_reproduced()
    {
        Assert.Equal(10_746.5, Math.Exp(RateRatioSequence.LnEvidence(0.1, 10, 20, 40)), 0.05);
        var (low, high) = new RateRatioSequence(0.01).Add(100_000, 900_000, 20, 40);
        Assert.Equal(1.436, low, 0.001);
        Assert.Equal(12.423, high, 0.001);
    }

    [Fact]
    public void The_true_ratio_is_missed_at_any_look_in_at_most_one_of_a_hundred_runs()
    {
        var missed = Enumerable.Range(0, 1_000).Count(static run =>
        {
            var random = new Random(run);
            var sequence = new RateRatioSequence(0.01);
            var sum = default(BlockCounts);
            for (var block = 0; block < 60; block++)
            {
                sum += SimulatedTest.Both(random, 100, 0.02, 900, 0.01);
                var (low, high) = sequence.Add(sum.CanaryTotal, sum.StableTotal, sum.CanaryBad, sum.StableBad);
                if (low > 2 || high < 2)
                {
                    return true;
                }
            }

            return false;
        });
        Assert.InRange(missed, 0, 10);
    }

    [Fact]
    public void Without_bad_requests_in_an_arm_an_end_stays_open()
    {
        Assert.Equal((0, double.PositiveInfinity), new RateRatioSequence(0.01).Add(100, 900, 0, 0));
        Assert.Equal(double.PositiveInfinity, new RateRatioSequence(0.01).Add(100, 900, 30, 0).High);
        Assert.True(new RateRatioSequence(0.01).Add(100, 900, 30, 0).Low > 1);
        Assert.Equal(0, new RateRatioSequence(0.01).Add(900, 100, 0, 30).Low);
        Assert.True(new RateRatioSequence(0.01).Add(900, 100, 0, 30).High < 1);
    }

    [Fact]
    public void Intervals_only_shrink()
    {
        var random = new Random(7);
        var sequence = new RateRatioSequence(0.01);
        var (low, high) = (0.0, double.PositiveInfinity);
        var sum = default(BlockCounts);
        for (var block = 0; block < 100; block++)
        {
            sum += SimulatedTest.Both(random, 100, 0.02, 900, 0.01);
            var next = sequence.Add(sum.CanaryTotal, sum.StableTotal, sum.CanaryBad, sum.StableBad);
            Assert.True(next.Low >= low && next.High <= high);
            (low, high) = next;
        }
    }
}
