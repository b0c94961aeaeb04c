using System.Net.Http.Json;
using System.Text;
using CanaryController.Benchmarks.Running;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.Benchmarks;

/// <summary>
/// What 1,000 standalone rollouts under way cost the manager: 10 scrape targets that each count every route, a real Prometheus that scrapes them each 5 s, two
/// metrics with threshold and comparison a rollout.
/// </summary>
internal static class ScaleBench
{
    private const int Rollouts = 1000;
    private const int Targets = 10;
    private const int ScrapeSeconds = 5;

    private static readonly TimeSpan _window = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        await using var gateways = await SyntheticGateways.StartAsync(Targets, [.. Enumerable.Range(0, Rollouts).Select(route => new SyntheticRoute($"r{route}", "v1", "v2"))], cancellation);
        await using var stage = new BenchStage();
        using var client = new HttpClient();
        await stage.StartGatewayAsync(Routes(), cancellation);
        await stage.StartPrometheusAsync($"{ScrapeSeconds}s", gateways.Ports, cancellation);
        for (var route = 0; route < Rollouts; route++)
        {
            await File.WriteAllTextAsync(Path.Combine(stage.Folder, "rollouts", $"r{route}.yaml"), Rollout(route), cancellation);
        }

        var began = TimeProvider.System.GetTimestamp();
        await stage.StartManagerAsync(cancellation);
        await stage.UntilAsync($"{Rollouts} rollouts under way and judged", TimeSpan.FromSeconds(1), async () =>
            (await ListAsync(stage, client, cancellation)).Count(IsJudged) == Rollouts, cancellation);
        var ready = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, cancellation);

        var (queriesBefore, scansBefore, cpuBefore, from) = (await QueriesAsync(stage, client, cancellation), await LooksAsync(stage, client, cancellation), stage.ManagerCpuSeconds(), TimeProvider.System.GetTimestamp());
        await Task.Delay(_window, TimeProvider.System, cancellation);
        var elapsed = TimeProvider.System.GetElapsedTime(from).TotalSeconds;
        var (queries, looks, cpu) = (await QueriesAsync(stage, client, cancellation) - queriesBefore, await LooksAsync(stage, client, cancellation) - scansBefore, stage.ManagerCpuSeconds() - cpuBefore);
        var judged = (await ListAsync(stage, client, cancellation)).Count(IsJudged);
        if (judged < Rollouts)
        {
            throw new InvalidOperationException($"Only {judged} of {Rollouts} rollouts were still under way and judged: the figures would say nothing.");
        }

        return
        [
            new("scale", $"{Rollouts} rollouts, {Targets} targets, {ScrapeSeconds} s scrape: CPU of one core", 100 * cpu / elapsed, "%", AtMost: 25),
            new("scale", "Prometheus queries a scrape interval, all together", queries / (elapsed / ScrapeSeconds), "queries", AtMost: 4),
            new("scale", "looks at the built-in counters a scrape interval", looks / (elapsed / ScrapeSeconds), "looks"),
            new("scale", "manager's resident memory", stage.ManagerMegabytes(), "MB"),
            new("scale", $"start -> {Rollouts} rollouts under way and judged", ready, "s"),
        ];
    }

    private static bool IsJudged(RolloutView rollout) =>
        rollout is { Phase: RolloutPhase.Progressing } && rollout.Metrics.Count == 2 && rollout.Metrics.All(metric => metric.Requests > 0);

    private static async Task<IReadOnlyList<RolloutView>> ListAsync(BenchStage stage, HttpClient client, CancellationToken cancellation) =>
        (await client.GetFromJsonAsync(BenchStage.Local(stage.ManagerPort, "/v1/namespaces/-/rollouts"), ApiJson.Default.RolloutList, cancellation))?.Items ?? [];

    /// <summary>Queries as Prometheus counted them.</summary>
    private static Task<double> QueriesAsync(BenchStage stage, HttpClient client, CancellationToken cancellation) =>
        SumAsync(client, BenchStage.Local(stage.PrometheusPort, "/metrics"), line => line.StartsWith("prometheus_http_requests_total", StringComparison.Ordinal) && line.Contains("/api/v1/", StringComparison.Ordinal), cancellation);

    /// <summary>Answers that the manager fed to its ledgers.</summary>
    private static Task<double> LooksAsync(BenchStage stage, HttpClient client, CancellationToken cancellation) =>
        SumAsync(client, BenchStage.Local(stage.ManagerPort, "/metrics"), line => line.StartsWith("canary_evidence_fold_duration_seconds_count", StringComparison.Ordinal), cancellation);

    private static async Task<double> SumAsync(HttpClient client, Uri url, Func<string, bool> counts, CancellationToken cancellation) =>
        (await client.GetStringAsync(url, cancellation)).Split('\n').Where(counts).Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..]));

    private static string Routes()
    {
        var routes = new StringBuilder();
        for (var route = 0; route < Rollouts; route++)
        {
            routes.Append($$"""
                - name: r{{route}}
                  hosts: [r{{route}}.example]
                  path: /
                  stable: v1
                  versions: {v1: {addresses: ['http://127.0.0.1:9']}, v2: {addresses: ['http://127.0.0.1:9']} }

                """);
        }

        return routes.ToString();
    }

    private static string Rollout(int route) => """
        apiVersion: canarycontroller.io/v1alpha1
        kind: Rollout
        metadata: {name: ROUTE}
        spec:
          workload: {kind: External, versions: {stable: v1, canary: v2}}
          traffic: {router: Gateway, gateway: {route: ROUTE}}
          strategy:
            steps:
            - {weight: 50, hold: 10h}
            - {weight: 100, hold: 1s}
          analysis:
            metrics:
            - {name: success-rate, builtin: RequestSuccessRate, threshold: {min: 99}, compare: {to: Stable, tolerate: 1.2}}
            - {name: latency, builtin: RequestDuration, quantile: 0.99, threshold: {max: 250ms}, compare: {to: Stable, tolerate: 1.2}}
        """.Replace("ROUTE", $"r{route}", StringComparison.Ordinal);
}
