namespace CanaryController.Core.Analysis;

/// <summary>
/// The one-sample sequential test behind a threshold: is the canary's rate of bad requests above what is allowed? Likelihood ratios of Bernoulli counts at
/// p1 = p0 e^d, at most 0.999, against p0 (Hoeffding 1963; judging a mixture of them at every moment is valid by Ville's inequality).
/// </summary>
internal sealed class ThresholdTest : ISequentialTest
{
    /// <summary>
    /// The smallest rate that is tested: a threshold of 100 % allows one bad request in a million. A literal zero would make the first bad request ever an
    /// abort; so three are, at the default false alarm rate, unless there were some hundred thousand good ones beside them.
    /// </summary>
    public const double SmallestRate = 1e-6;

    private const double LargestRate = 0.999;

    private readonly double _allowedRate;
    private readonly double[] _bad = new double[EffectGrid.Count];
    private readonly double[] _good = new double[EffectGrid.Count];

    /// <summary>Tests against <paramref name="allowedRate"/>, 0 to 1. From 0.999 on nothing can exceed it, and the evidence stays 1.</summary>
    public ThresholdTest(double allowedRate)
    {
        var p0 = Math.Clamp(allowedRate, SmallestRate, 1);
        _allowedRate = p0;
        for (var m = 0; m < EffectGrid.Count; m++)
        {
            var p1 = Math.Min(p0 * (1 + EffectGrid.Excesses[m]), LargestRate);
            (_bad[m], _good[m]) = p1 > p0 ? (Math.Log(p1 / p0), Math.Log((1 - p1) / (1 - p0))) : (0, 0);
        }
    }

    /// <inheritdoc/>
    public void Add(StartMixture evidence, in BlockCounts counts)
    {
        var logs = evidence.Logs;
        double bad = counts.CanaryBad;
        var good = counts.CanaryTotal - bad;
        for (var m = 0; m < logs.Length; m++)
        {
            logs[m] += (bad * _bad[m]) + (good * _good[m]);
        }
    }

    /// <inheritdoc/>
    public double Strength(in BlockCounts counts) => Divergence.Above(counts.CanaryBad, counts.CanaryTotal, _allowedRate);
}
