namespace CanaryController.Core.Analysis;

/// <summary>
/// The sequential test behind a comparison: is the canary's rate of bad requests more than the tolerated multiple of stable's? Within a block the bad requests
/// of both arms are split by chance in proportion to the requests, so a base rate that both share cancels, whatever the weights are (Lindon and Malek, "Anytime-Valid
/// Inference for Multinomial Count Data", NeurIPS 2022, arXiv 2011.03567). With requests in one arm only, or no bad ones, a block says nothing.
/// </summary>
/// <param name="toleratedRatio">Above 0; 1.2 = the canary may fail 1.2 times as often.</param>
internal sealed class ComparisonTest(double toleratedRatio) : ISequentialTest
{
    /// <summary>One more than the open blocks: each block's logarithms are taken once, however often it is looked at.</summary>
    private const int Remembered = 4;

    private readonly (BlockCounts Counts, double[] Increments)[] _recent =
        [.. Enumerable.Range(0, Remembered).Select(static _ => (default(BlockCounts), new double[EffectGrid.Count]))];

    private int _oldest;

    /// <summary>The share of the bad requests that a just tolerable canary has: theta(0).</summary>
    public static double ToleratedShare(double toleratedRatio, BlockCounts counts)
    {
        var canary = toleratedRatio * counts.CanaryTotal;
        return canary / (canary + counts.StableTotal);
    }

    /// <inheritdoc/>
    public void Add(StartMixture evidence, in BlockCounts counts)
    {
        if (counts.CanaryBad + counts.StableBad == 0 || counts.CanaryTotal == 0 || counts.StableTotal == 0)
        {
            return;
        }

        var increments = Increments(counts);
        var logs = evidence.Logs;
        for (var m = 0; m < logs.Length; m++)
        {
            logs[m] += increments[m];
        }
    }

    /// <inheritdoc/>
    public double Strength(in BlockCounts counts) =>
        counts.CanaryTotal == 0 || counts.StableTotal == 0
            ? 0
            : Divergence.Above(counts.CanaryBad, counts.CanaryBad + counts.StableBad, ToleratedShare(toleratedRatio, counts));

    private double[] Increments(in BlockCounts counts)
    {
        foreach (var (known, remembered) in _recent)
        {
            if (known == counts)
            {
                return remembered;
            }
        }

        // ln(theta(d)/theta(0)) = d - ln(1 + theta(0)(e^d - 1)), and without the d for stable's share.
        var increments = _recent[_oldest].Increments;
        var share = ToleratedShare(toleratedRatio, counts);
        double canaryBad = counts.CanaryBad;
        double bad = counts.CanaryBad + counts.StableBad;
        for (var m = 0; m < increments.Length; m++)
        {
            increments[m] = (canaryBad * EffectGrid.Logs[m]) - (bad * Math.Log(1 + (share * EffectGrid.Excesses[m])));
        }

        _recent[_oldest].Counts = counts;
        _oldest = (_oldest + 1) % Remembered;
        return increments;
    }
}
