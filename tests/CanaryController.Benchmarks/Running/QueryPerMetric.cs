namespace CanaryController.Benchmarks.Running;

/// <summary>
/// Asks Prometheus as controllers do that query each metric of each rollout by itself: success and 99 % quantile of the canary, and both beside stable's, by <c>rate</c> over a minute.
/// </summary>
internal static class QueryPerMetric
{
    private const int Rounds = 6;
    private const int AtOnce = 8;

    /// <summary>Seconds of Prometheus' CPU that one round of all queries takes.</summary>
    /// <param name="stage">Whose Prometheus.</param>
    /// <param name="rollouts">How many rollouts, each with four queries.</param>
    /// <param name="every">How often; a round that takes longer is followed by the next at once.</param>
    /// <param name="idle">What Prometheus uses anyway, a second.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<double> CpuAsync(BenchStage stage, int rollouts, TimeSpan every, double idle, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        var queries = Enumerable.Range(0, rollouts).SelectMany(route => Of($"r{route}")).ToList();
        var cpu = new PrometheusCpu(stage);
        for (var round = 0; round < Rounds; round++)
        {
            var began = TimeProvider.System.GetTimestamp();
            await Parallel.ForEachAsync(queries, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, (query, stop) => AskAsync(client, stage, query, stop));
            if (every - TimeProvider.System.GetElapsedTime(began) is { Ticks: > 0 } rest)
            {
                await Task.Delay(rest, TimeProvider.System, cancellation);
            }
        }

        return cpu.Above(idle) / Rounds;
    }

    private static async ValueTask AskAsync(HttpClient client, BenchStage stage, string query, CancellationToken cancellation)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("query", query)]);
        using var answer = await client.PostAsync(BenchStage.Local(stage.PrometheusPort, "/api/v1/query"), form, cancellation);
        var text = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellation);
        if (!text.Contains("\"value\"", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"Prometheus has nothing to say to {query}: the figures would say nothing. {text}");
        }
    }

    private static IEnumerable<string> Of(string route) =>
    [
        Success(route, "v2"),
        $"{Success(route, "v2")} / ({Success(route, "v1")})",
        Slowest(route, "v2"),
        $"{Slowest(route, "v2")} / {Slowest(route, "v1")}",
    ];

    private static string Success(string route, string version) =>
        $"sum(rate(canary_gateway_requests_total{{route=\"{route}\",version=\"{version}\",code!~\"5..\"}}[1m])) / sum(rate(canary_gateway_requests_total{{route=\"{route}\",version=\"{version}\"}}[1m]))";

    private static string Slowest(string route, string version) =>
        $"histogram_quantile(0.99, sum by (le) (rate(canary_gateway_request_duration_seconds_bucket{{route=\"{route}\",version=\"{version}\"}}[1m])))";
}
