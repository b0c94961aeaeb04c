using CanaryController.Core.Analysis;
using CsCheck;

namespace CanaryController.Core.Tests.Analysis;

/// <summary>The mixture kept in 24 numbers is the mixture of its definition.</summary>
public class StartMixtureTests
{
    [Fact]
    public void It_equals_the_sum_over_all_starts_computed_one_by_one()
    {
        Gen.Select(Gen.Int[0, 30], Gen.Int[0, 5], Gen.Int[0, 3]).Array[1, 60].Sample(blocks =>
        {
            var test = new ThresholdTest(0.05);
            var mixture = new StartMixture();
            var starts = new List<double[]>();
            foreach (var (total, bad, begun) in blocks)
            {
                for (var i = 0; i < begun; i++)
                {
                    starts.Add(new double[EffectGrid.Count]);
                }

                mixture.BeginStarts(starts.Count);
                test.Add(mixture, new(total + bad, bad, 0, 0));
                foreach (var start in starts)
                {
                    AddLikelihood(start, total + bad, bad);
                }
            }

            Assert.Equal(Math.Log(Defined(starts)), mixture.LnEvidence, 9);
        });
    }

    [Fact]
    public void With_nothing_seen_the_evidence_is_one_however_many_starts_have_begun()
    {
        var mixture = new StartMixture();
        foreach (var begun in new long[] { 0, 1, 2, 500, 1_000_000 })
        {
            mixture.BeginStarts(begun);
            Assert.Equal(0, mixture.LnEvidence, 12);
        }
    }

    [Fact]
    public void A_year_of_health_leaves_the_evidence_finite_and_exact_enough()
    {
        var test = new ThresholdTest(0.01);
        var mixture = new StartMixture();
        for (var minute = 1; minute <= 525_600; minute++)
        {
            mixture.BeginStarts(minute);
            test.Add(mixture, new(60_000, 300, 0, 0));
        }

        Assert.InRange(mixture.LnEvidence, -Math.Log(525_601) - 1, 0);
        test.Add(mixture, new(60_000, 6_000, 0, 0));
        Assert.True(mixture.Reaches(Math.Log(100_000)));
    }

    private static double Defined(List<double[]> starts) =>
        (1.0 / (starts.Count + 1))
        + starts.Select(static (logs, index) => logs.Average(Math.Exp) / ((index + 1.0) * (index + 2))).Sum();

    private static void AddLikelihood(double[] logs, long total, long bad)
    {
        for (var m = 0; m < logs.Length; m++)
        {
            var p1 = Math.Min(0.05 * Math.Exp(EffectGrid.Logs[m]), 0.999);
            logs[m] += (bad * Math.Log(p1 / 0.05)) + ((total - bad) * Math.Log((1 - p1) / 0.95));
        }
    }
}
