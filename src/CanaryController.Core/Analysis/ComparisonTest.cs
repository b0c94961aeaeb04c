namespace CanaryController.Core.Analysis;

/// <summary>
/// The sequential test behind a comparison: is the canary's rate of bad requests more than the tolerated multiple of stable's? Within a block the bad requests
/// of both arms are split by chance in proportion to the requests, so a base rate that both share cancels, whatever the weights are (Lindon and Malek, "Anytime-Valid
/// Inference for Multinomial Count Data", NeurIPS 2022, arXiv 2011.03567). With requests in one arm only, or no bad ones, a block says nothing.
/// </summary>
/// <param name="toleratedRatio">Above 0; 1.2 = the canary may fail 1.2 times as often.</param>
internal sealed class ComparisonTest(double toleratedRatio) : ISequentialTest
{
    /// <summary>The share of the bad requests that a just tolerable canary has: theta(0).</summary>
    public double ToleratedShare(in BlockCounts counts)
    {
        var canary = toleratedRatio * counts.CanaryTotal;
        return canary / (canary + counts.StableTotal);
    }

    /// <inheritdoc/>
    public void Add(StartMixture evidence, in BlockCounts counts)
    {
        double bad = counts.CanaryBad + counts.StableBad;
        if (bad == 0 || counts.CanaryTotal == 0 || counts.StableTotal == 0)
        {
            return;
        }

        // ln(theta(d)/theta(0)) = d - ln(1 + theta(0)(e^d - 1)), and without the d for stable's share.
        var share = ToleratedShare(counts);
        var logs = evidence.Logs;
        double canaryBad = counts.CanaryBad;
        for (var m = 0; m < logs.Length; m++)
        {
            logs[m] += (canaryBad * EffectGrid.Logs[m]) - (bad * Math.Log(1 + (share * EffectGrid.Excesses[m])));
        }
    }

    /// <inheritdoc/>
    public double Strength(in BlockCounts counts) =>
        counts.CanaryTotal == 0 || counts.StableTotal == 0
            ? 0
            : Divergence.Above(counts.CanaryBad, counts.CanaryBad + counts.StableBad, ToleratedShare(counts));
}
