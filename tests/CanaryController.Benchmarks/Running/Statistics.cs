namespace CanaryController.Benchmarks.Running;

/// <summary>Order statistics of a few trials.</summary>
internal static class Statistics
{
    public static double Median(IReadOnlyCollection<double> values) => Quantile(values, 0.5);

    public static double Quantile(IReadOnlyCollection<double> values, double quantile)
    {
        double[] sorted = [.. values.Order()];
        var at = quantile * (sorted.Length - 1);
        var below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + ((at - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}
