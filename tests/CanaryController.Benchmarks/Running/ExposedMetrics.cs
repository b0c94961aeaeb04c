using System.Globalization;

namespace CanaryController.Benchmarks.Running;

/// <summary>Reads what programs count of themselves, in the words of Prometheus.</summary>
internal static class ExposedMetrics
{
    /// <summary>The sum of the lines that count.</summary>
    public static async Task<double> SumAsync(HttpClient client, Uri url, Func<string, bool> counts, CancellationToken cancellation) =>
        (await client.GetStringAsync(url, cancellation)).Split('\n').Where(counts).Sum(Value);

    /// <summary>Queries as Prometheus counted them.</summary>
    public static Task<double> QueriesAsync(BenchStage stage, HttpClient client, CancellationToken cancellation) =>
        SumAsync(client, BenchStage.Local(stage.PrometheusPort, "/metrics"), line => line.StartsWith("prometheus_http_requests_total", StringComparison.Ordinal) && line.Contains("/api/v1/", StringComparison.Ordinal), cancellation);

    /// <summary>A histogram without labels: how many are at or below each bound, in order.</summary>
    public static async Task<IReadOnlyList<(double Bound, double Count)>> HistogramAsync(HttpClient client, Uri url, string name, CancellationToken cancellation) =>
        [.. (await client.GetStringAsync(url, cancellation)).Split('\n').Where(line => line.StartsWith($"{name}_bucket{{", StringComparison.Ordinal)).Select(line => (Bound(line), Value(line)))];

    /// <summary>The bound that a quantile of what was observed in between is at or below; infinite when nothing was.</summary>
    public static double AtMost(IReadOnlyList<(double Bound, double Count)> before, IReadOnlyList<(double Bound, double Count)> after, double quantile)
    {
        var counts = after.Zip(before, (late, early) => (late.Bound, Count: late.Count - early.Count)).ToList();
        return counts[^1].Count > 0 ? counts.First(each => each.Count >= quantile * counts[^1].Count).Bound : double.PositiveInfinity;
    }

    private static double Bound(string line) =>
        line.Split("le=\"")[1].Split('"')[0] is var text && text == "+Inf" ? double.PositiveInfinity : double.Parse(text, CultureInfo.InvariantCulture);

    private static double Value(string line) => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
}
