using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using CanaryController.Core;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Benchmarks;

/// <summary>One decision about a rollout with 10 steps and 5 metrics that rests at a step: what runs most often.</summary>
[MemoryDiagnoser]
public class DecideBench
{
    private static readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly RolloutSpec _spec = new()
    {
        Workload = WorkloadKind.External,
        InitialStableRevision = "v1",
        Steps = new([.. Enumerable.Range(1, 10).Select(step => new RolloutStep { Weight = CanaryWeight.FromBasisPoints(step * 1000), Hold = TimeSpan.FromMinutes(5), MinRequests = 1000 })]),
        Analysis = new() { Metrics = new([.. Enumerable.Range(1, 5).Select(Metric)]) },
    };

    private RolloutState _state = new();
    private RolloutObservation _resting = null!;
    private RolloutObservation _failing = null!;

    /// <summary>Runs the benchmark in this process.</summary>
    internal static Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.ShortRun.WithToolchain(new InProcessEmitToolchain(logOutput: false)))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(NullLogger.Instance)
            .WithArtifactsPath(Path.Combine("artifacts", "bench", "details"));
        var summary = BenchmarkRunner.Run<DecideBench>(config);
        var figures = new List<Figure>();
        foreach (var report in summary.Reports)
        {
            var what = report.BenchmarkCase.Descriptor.WorkloadMethod.Name == nameof(Rest) ? "rest at a step" : "abort on a failed metric";
            figures.Add(new("decide", $"{what}: time", report.ResultStatistics!.Median / 1000, "us", AtMost: 2));
            figures.Add(new("decide", $"{what}: allocated", report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0, "bytes", AtMost: 1024));
        }

        return Task.FromResult<IReadOnlyList<Figure>>(figures);
    }

    /// <summary>Brings a rollout to its fifth step by deciding.</summary>
    [GlobalSetup]
    public void Setup()
    {
        RolloutState? state = null;
        var now = _start;
        for (var turn = 0; turn < 100 && state is not { StepIndex: 4, StepSince: not null }; turn++)
        {
            state = RolloutPlanner.Decide(_spec, state, Seen(now, state, Verdict.Passed)).Next;
            now += TimeSpan.FromMinutes(2);
        }

        _state = state is { StepIndex: 4, StepSince: not null } ? state : throw new InvalidOperationException($"Did not reach the fifth step: {state}");
        var soon = _state.StepSince!.Value + TimeSpan.FromSeconds(1);
        _resting = Seen(soon, _state, Verdict.Inconclusive);
        _failing = Seen(soon, _state, Verdict.Failed);
    }

    /// <summary>Nothing changes.</summary>
    [Benchmark]
    public object Rest() => RolloutPlanner.Decide(_spec, _state, _resting);

    /// <summary>A metric failed.</summary>
    [Benchmark]
    public object Abort() => RolloutPlanner.Decide(_spec, _state, _failing);

    private static MetricSpec Metric(int number) =>
        new() { Name = $"metric-{number}", Kind = MetricKind.RequestSuccessRate, Min = 0.99, TolerateRatio = 1.2 };

    private static RolloutObservation Seen(DateTimeOffset now, RolloutState? state, Verdict verdict) => new()
    {
        Now = now,
        DeclaredRevision = "v2",
        Route = new(state is null ? TrafficSplit.AllTo("v1") : new TrafficSplit("v1", "v2", state.Weight, []), true, null),
        Workload = new(3, 3, 3, 3, true),
        Analysis = state?.CanaryRevision is null ? null : new(state.CanaryRevision, state.Attempt, state.StepIndex, 5000, Judgements(verdict)),
    };

    private static EquatableArray<MetricJudgement> Judgements(Verdict verdict) => new([.. _spec.Analysis.Metrics.Select(metric => new MetricJudgement
    {
        Name = metric.Name,
        Verdict = verdict,
        Value = 0.95,
        Requests = 5000,
        Message = "success rate 95 % of 5,000 requests is below 99 %",
    })]);
}
