using CanaryController.Benchmarks.Running;

namespace CanaryController.Benchmarks;

/// <summary>
/// What judging costs: 1,000 standalone rollouts with four built-in metrics each, 10 scrape targets that each count every route, a real Prometheus that scrapes them each 5 s. Afterwards
/// the same Prometheus is asked in the way of one query for each metric and rollout, at the same interval. What it uses by scraping alone is measured first, and taken off both.
/// </summary>
internal static class AnalysisBench
{
    private const int Rollouts = 1000;
    private const int Targets = 10;
    private const int ScrapeSeconds = 5;
    private const int MetricsEach = 4;
    private const string Evaluation = "canary_evidence_evaluation_duration_seconds";

    private const string Metrics = """
            - {name: success-rate, builtin: RequestSuccessRate, threshold: {min: 99}}
            - {name: success-rate-of-stable, builtin: RequestSuccessRate, compare: {to: Stable, tolerate: 1.2}}
            - {name: latency, builtin: RequestDuration, quantile: 0.99, threshold: {max: 250ms}}
            - {name: latency-of-stable, builtin: RequestDuration, quantile: 0.99, threshold: {max: 500ms}, compare: {to: Stable, tolerate: 1.2}}
        """;

    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _scraping = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _judging = TimeSpan.FromSeconds(120);

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        await using var gateways = await SyntheticGateways.StartAsync(Targets, ManyRollouts.Counted(Rollouts), cancellation);
        await using var stage = new BenchStage();
        using var client = new HttpClient();
        await stage.StartGatewayAsync(ManyRollouts.Routes(Rollouts), cancellation);
        await stage.StartPrometheusAsync($"{ScrapeSeconds}s", gateways.Ports, cancellation);
        await Task.Delay(_settling, TimeProvider.System, cancellation);
        var scraping = new PrometheusCpu(stage);
        await Task.Delay(_scraping, TimeProvider.System, cancellation);
        var idle = scraping.PerSecond;

        await ManyRollouts.WriteAsync(stage, Rollouts, Metrics, cancellation);
        var manager = await stage.StartManagerAsync(cancellation);
        await stage.UntilAsync($"{Rollouts} rollouts under way and judged", TimeSpan.FromSeconds(1), async () => await JudgedAsync(stage, client, cancellation) == Rollouts, cancellation);
        await Task.Delay(_settling, TimeProvider.System, cancellation);

        var exposed = BenchStage.Local(stage.ManagerPort, "/metrics");
        var (queries, evaluations, used) = (await ExposedMetrics.QueriesAsync(stage, client, cancellation), await ExposedMetrics.HistogramAsync(client, exposed, Evaluation, cancellation), stage.ManagerCpuSeconds());
        var judging = new PrometheusCpu(stage);
        await Task.Delay(_judging, TimeProvider.System, cancellation);
        var (ours, elapsed) = (judging.Above(idle), judging.Elapsed);
        queries = await ExposedMetrics.QueriesAsync(stage, client, cancellation) - queries;
        used = stage.ManagerCpuSeconds() - used;
        var evaluated = await ExposedMetrics.HistogramAsync(client, exposed, Evaluation, cancellation);
        var looks = evaluated[^1].Count - evaluations[^1].Count;
        if (await JudgedAsync(stage, client, cancellation) is var judged && judged < Rollouts)
        {
            throw new InvalidOperationException($"Only {judged} of {Rollouts} rollouts were still under way and judged: the figures would say nothing.");
        }

        await manager.StopAsync();
        var theirs = await QueryPerMetric.CpuAsync(stage, Rollouts, TimeSpan.FromSeconds(ScrapeSeconds), idle, cancellation);
        return
        [
            new("analysis", $"{Rollouts} rollouts x {MetricsEach} metrics, {Targets} targets, {ScrapeSeconds} s scrape: Prometheus queries a scrape interval, all together", queries / (elapsed / ScrapeSeconds), "queries", AtMost: 4),
            new("analysis", "all judged after the answer was there, p99 at most (bound of a bucket)", 1000 * ExposedMetrics.AtMost(evaluations, evaluated, 0.99), "ms", AtMost: 300),
            new("analysis", "the same, median at most", 1000 * ExposedMetrics.AtMost(evaluations, evaluated, 0.5), "ms"),
            new("analysis", "the manager's CPU a look, all that it does included", 1000 * used / looks, "ms"),
            new("analysis", "looks a scrape interval", looks / (elapsed / ScrapeSeconds), "looks"),
            new("analysis", "Prometheus' CPU for a look at all", 1000 * ours / looks, "ms"),
            new("analysis", $"Prometheus' CPU for {Rollouts * MetricsEach} queries, one a metric and rollout", 1000 * theirs, "ms"),
            new("analysis", "a look by those queries", ours / looks / theirs, "x", AtMost: 0.1),
            new("analysis", "our looks of a scrape interval by those queries once", ours / (elapsed / ScrapeSeconds) / theirs, "x"),
            new("analysis", "Prometheus' CPU of one core by scraping alone", 100 * idle, "%"),
            new("analysis", "the manager's CPU of one core", 100 * used / elapsed, "%"),
            new("analysis", "how busy the machine was: load of the last minute", ProcessFigures.Load(), ""),
        ];
    }

    private static async Task<int> JudgedAsync(BenchStage stage, HttpClient client, CancellationToken cancellation) =>
        (await ManyRollouts.ListAsync(stage, client, cancellation)).Count(rollout => ManyRollouts.IsJudged(rollout, MetricsEach));
}
