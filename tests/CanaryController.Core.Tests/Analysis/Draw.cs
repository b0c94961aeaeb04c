namespace CanaryController.Core.Tests.Analysis;

/// <summary>Samples from a seed.</summary>
internal static class Draw
{
    /// <summary>A Poisson number; above a mean of 60 by the normal approximation.</summary>
    public static long Poisson(Random random, double mean)
    {
        if (mean > 60)
        {
            return (long)Math.Max(0, Math.Round(mean + (Math.Sqrt(mean) * Normal(random))));
        }

        var limit = Math.Exp(-mean);
        var product = random.NextDouble();
        long count = 0;
        for (; product > limit; count++)
        {
            product *= random.NextDouble();
        }

        return count;
    }

    /// <summary>Requests and bad ones among them.</summary>
    public static (long Total, long Bad) Requests(Random random, double mean, double badRate)
    {
        var bad = Poisson(random, mean * badRate);
        return (Poisson(random, mean * (1 - badRate)) + bad, bad);
    }

    /// <summary>The middle one; infinity when fewer than half are finite.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
