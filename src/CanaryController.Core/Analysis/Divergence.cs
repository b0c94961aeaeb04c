namespace CanaryController.Core.Analysis;

/// <summary>How far an observed share lies above an allowed one.</summary>
internal static class Divergence
{
    /// <summary>
    /// <paramref name="trials"/> times the Kullback-Leibler divergence of <paramref name="hits"/>/<paramref name="trials"/> from <paramref name="allowed"/>: the log likelihood ratio
    /// of the rate that fits best; 0 when the share is not above the allowed one.
    /// </summary>
    public static double Above(long hits, long trials, double allowed)
    {
        var share = trials == 0 ? 0 : (double)hits / trials;
        return share <= allowed ? 0 : (Term(share, allowed) + Term(1 - share, 1 - allowed)) * trials;
    }

    private static double Term(double p, double q) => p == 0 ? 0 : p * Math.Log(p / q);
}
