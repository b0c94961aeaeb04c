using CanaryController.Benchmarks.Running;

namespace CanaryController.Benchmarks.Kubernetes;

/// <summary>What 1,000 rollouts under way on Kubernetes cost the manager: 10 scrape targets that each count every route, a real Prometheus that scrapes them each 5 s, two metrics with threshold and comparison each.</summary>
internal static class BusyBench
{
    private const int Rollouts = 1_000;
    private const int Targets = 10;
    private const int ScrapeSeconds = 5;

    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _window = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        var recording = await Recording.MakeAsync(cancellation);
        await using var gateways = await SyntheticGateways.StartAsync(Targets, recording.Routes(Rollouts), cancellation);
        await using var stage = await ClusterStage.StartAsync([(recording.UnderWay, Rollouts)], hasControllers: false, cancellation);
        await stage.Processes.StartPrometheusAsync($"{ScrapeSeconds}s", gateways.Ports, cancellation);
        using var client = new HttpClient();
        var manager = await stage.StartManagerAsync("manager", cancellation);
        await stage.Processes.UntilAsync($"{Rollouts} rollouts judged", TimeSpan.FromSeconds(1), async () => (await manager.JudgedAsync(client, cancellation)).Count == Rollouts, cancellation);
        await Task.Delay(_settling, TimeProvider.System, cancellation);

        var id = manager.Process.Id;
        var (requests, queries, cpu, from) = ((await stage.Client.RequestsAsync(cancellation)).Count, await QueriesAsync(stage, client, cancellation), ProcessFigures.CpuSeconds(id), TimeProvider.System.GetTimestamp());
        await Task.Delay(_window, TimeProvider.System, cancellation);
        var elapsed = TimeProvider.System.GetElapsedTime(from).TotalSeconds;
        var (asked, used) = (await QueriesAsync(stage, client, cancellation) - queries, ProcessFigures.CpuSeconds(id) - cpu);
        var writes = (await stage.Client.RequestsAsync(cancellation)).Skip(requests).Where(request => !request.IsUpkeep).ToList();
        var judged = (await manager.JudgedAsync(client, cancellation)).Count;
        if (judged < Rollouts)
        {
            throw new InvalidOperationException($"Only {judged} of {Rollouts} rollouts were still under way and judged: the figures would say nothing.");
        }

        return
        [
            new("kubernetes-scale", $"{Rollouts} rollouts under way, {Targets} targets, {ScrapeSeconds} s scrape: CPU of one core", 100 * used / elapsed, "%", AtMost: 25),
            new("kubernetes-scale", "Prometheus queries a scrape interval, all together", asked / (elapsed / ScrapeSeconds), "queries", AtMost: 4),
            new("kubernetes-scale", "requests to the API server but watches and the lease, a minute", writes.Count / (elapsed / 60), "requests"),
            new("kubernetes-scale", "resident memory", ProcessFigures.Megabytes(id), "MB"),
        ];
    }

    /// <summary>Queries as Prometheus counted them.</summary>
    private static async Task<double> QueriesAsync(ClusterStage stage, HttpClient client, CancellationToken cancellation) =>
        (await client.GetStringAsync(BenchStage.Local(stage.Processes.PrometheusPort, "/metrics"), cancellation)).Split('\n')
            .Where(line => line.StartsWith("prometheus_http_requests_total", StringComparison.Ordinal) && line.Contains("/api/v1/", StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..]));
}
