namespace CanaryController.Examples.Shop;

/// <summary>
/// How long requests take: log-normal, the 99th percentile at four times the median, as services with a tail do. The fault stretches only the slowest tenth:
/// the median stays, the 99th percentile is multiplied, so that an average would hide it.
/// </summary>
/// <param name="MedianMilliseconds">The median, milliseconds, from 0.</param>
/// <param name="TailFactor">What the fault multiplies the slowest tenth with, from 1.</param>
internal sealed record LatencyModel(double MedianMilliseconds, double TailFactor)
{
    private const double TailBegins = 1.2816; // the standard normal's 90th percentile

    // ln 4 over the standard normal's 99th percentile.
    private static readonly double _spread = Math.Log(4) / 2.3263;

    /// <summary>Draws one request's time.</summary>
    public TimeSpan Draw(Random random, bool faulty)
    {
        // Box and Muller, 1958; 1 - u keeps the logarithm finite.
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var factor = faulty && normal > TailBegins ? TailFactor : 1;
        return TimeSpan.FromMilliseconds(MedianMilliseconds * Math.Exp(_spread * normal) * factor);
    }
}
