namespace CanaryController.Core.Analysis;

/// <summary>
/// A confidence sequence for canary's rate over stable's, for showing: intervals that hold at every look at once with confidence 1 - alpha, for counts gathered
/// at one constant split. From the Beta-mixture of binomial likelihood ratios around the split's own share (Lindon and Malek, arXiv 2011.03567).
/// </summary>
/// <param name="alpha">The chance that any interval ever misses the true ratio, above 0 and below 1.</param>
/// <param name="concentration">The prior's weight, in bad requests. Default 10.</param>
public sealed class RateRatioSequence(double alpha, double concentration = 10)
{
    private const int Bisections = 60;

    private double _low;
    private double _high = double.PositiveInfinity;

    /// <summary>
    /// ln E against "both rates are equal": <paramref name="share"/> is the canary's share of the requests (strictly within 0 and 1), the counts are bad requests.
    /// </summary>
    public static double LnEvidence(double share, double concentration, double canaryBad, double stableBad) =>
        LnMixture(share, concentration, canaryBad, stableBad) - LnLikelihood(share, canaryBad, stableBad);

    /// <summary>
    /// The interval after these cumulated counts, within all earlier ones: 0 to infinity before there is anything to say. Once earlier ones exclude each other the counts
    /// contradict a constant ratio, and the newest interval is given.
    /// </summary>
    public (double Low, double High) Add(long canaryRequests, long stableRequests, long canaryBad, long stableBad)
    {
        if (canaryRequests <= 0 || stableRequests <= 0 || canaryBad + stableBad <= 0)
        {
            return (_low, _high);
        }

        var share = canaryRequests / ((double)canaryRequests + stableRequests);
        var exposure = (double)stableRequests / canaryRequests;
        var bound = LnMixture(share, concentration, canaryBad, stableBad) - Math.Log(1 / alpha);
        var best = Math.Log(canaryBad / (double)stableBad);
        var low = canaryBad == 0 ? 0 : Math.Exp(Edge(bound, canaryBad, stableBad, stableBad == 0 ? 40 : best, -60)) * exposure;
        var high = stableBad == 0 ? double.PositiveInfinity : Math.Exp(Edge(bound, canaryBad, stableBad, canaryBad == 0 ? -40 : best, 60)) * exposure;
        (_low, _high) = Math.Max(_low, low) <= Math.Min(_high, high) ? (Math.Max(_low, low), Math.Min(_high, high)) : (low, high);
        return (_low, _high);
    }

    /// <summary>Where between the odds' logarithms <paramref name="inside"/> and <paramref name="outside"/> the likelihood falls to the bound.</summary>
    private static double Edge(double bound, double canaryBad, double stableBad, double inside, double outside)
    {
        for (var i = 0; i < Bisections; i++)
        {
            var middle = (inside + outside) / 2;
            var share = 1 / (1 + Math.Exp(-middle));
            (inside, outside) = LnLikelihood(share, canaryBad, stableBad) > bound ? (middle, outside) : (inside, middle);
        }

        return (inside + outside) / 2;
    }

    private static double LnMixture(double share, double concentration, double canaryBad, double stableBad)
    {
        var (a, b) = (concentration * share, concentration * (1 - share));
        return GammaFunction.LnBeta(a + canaryBad, b + stableBad) - GammaFunction.LnBeta(a, b);
    }

    private static double LnLikelihood(double share, double canaryBad, double stableBad) =>
        (canaryBad == 0 ? 0 : canaryBad * Math.Log(share)) + (stableBad == 0 ? 0 : stableBad * Math.Log(1 - share));
}
