namespace CanaryController.Core.Analysis;

/// <summary>Whether so many hits are more than chance shows, looked at once.</summary>
internal static class BinomialTail
{
    private const double Level = 0.05;
    private const double NormalQuantile = 1.6449;
    private const double LargeVariance = 1_000;

    /// <summary>
    /// True when <paramref name="hits"/> or more of <paramref name="trials"/> at <paramref name="chance"/> (within 0 to 1) each have a probability below 5 %. Exact, but for a variance
    /// above 1,000, where the normal approximation with continuity correction differs in the third digit.
    /// </summary>
    public static bool IsUnlikely(long hits, long trials, double chance)
    {
        var mean = trials * chance;
        var variance = mean * (1 - chance);
        if (hits <= mean)
        {
            return false;
        }

        if (variance > LargeVariance)
        {
            return hits - 0.5 - mean > NormalQuantile * Math.Sqrt(variance);
        }

        // Above the mean the terms fall at least geometrically: a few hundred reach past the last digit.
        var term = Math.Exp(
            GammaFunction.Ln(trials + 1.0) - GammaFunction.Ln(hits + 1.0) - GammaFunction.Ln(trials - hits + 1.0)
            + (hits * Math.Log(chance)) + ((trials - hits) * Math.Log(1 - chance)));
        var sum = 0.0;
        for (var k = hits; k <= trials && term > sum * 1e-12 && sum < Level; k++)
        {
            sum += term;
            term *= (trials - k) / (k + 1.0) * (chance / (1 - chance));
        }

        return sum < Level;
    }
}
