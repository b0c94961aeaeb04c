using CanaryController.Benchmarks.Running;
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
        await using var gateways = await SyntheticGateways.StartAsync(Targets, ManyRollouts.Counted(Rollouts), cancellation);
        await using var stage = new BenchStage();
        using var client = new HttpClient();
        await stage.StartGatewayAsync(ManyRollouts.Routes(Rollouts), cancellation);
        await stage.StartPrometheusAsync($"{ScrapeSeconds}s", gateways.Ports, cancellation);
        await ManyRollouts.WriteAsync(stage, Rollouts, Metrics, cancellation);
        var began = TimeProvider.System.GetTimestamp();
        await stage.StartManagerAsync(cancellation);
        await stage.UntilAsync($"{Rollouts} rollouts under way and judged", TimeSpan.FromSeconds(1), async () =>
            (await ManyRollouts.ListAsync(stage, client, cancellation)).Count(IsJudged) == Rollouts, cancellation);
        var ready = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, cancellation);

        var (queriesBefore, scansBefore, cpuBefore, from) = (await ExposedMetrics.QueriesAsync(stage, client, cancellation), await LooksAsync(stage, client, cancellation), stage.ManagerCpuSeconds(), TimeProvider.System.GetTimestamp());
        await Task.Delay(_window, TimeProvider.System, cancellation);
        var elapsed = TimeProvider.System.GetElapsedTime(from).TotalSeconds;
        var (queries, looks, cpu) = (await ExposedMetrics.QueriesAsync(stage, client, cancellation) - queriesBefore, await LooksAsync(stage, client, cancellation) - scansBefore, stage.ManagerCpuSeconds() - cpuBefore);
        var judged = (await ManyRollouts.ListAsync(stage, client, cancellation)).Count(IsJudged);
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

    private static bool IsJudged(RolloutView rollout) => ManyRollouts.IsJudged(rollout, metrics: 2);

    /// <summary>Answers that the manager fed to its ledgers.</summary>
    private static Task<double> LooksAsync(BenchStage stage, HttpClient client, CancellationToken cancellation) =>
        ExposedMetrics.SumAsync(client, BenchStage.Local(stage.ManagerPort, "/metrics"), line => line.StartsWith("canary_evidence_fold_duration_seconds_count", StringComparison.Ordinal), cancellation);

    private const string Metrics = """
            - {name: success-rate, builtin: RequestSuccessRate, threshold: {min: 99}, compare: {to: Stable, tolerate: 1.2}}
            - {name: latency, builtin: RequestDuration, quantile: 0.99, threshold: {max: 250ms}, compare: {to: Stable, tolerate: 1.2}}
        """;
}
