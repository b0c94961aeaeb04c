using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Analysis.Prometheus;
using CanaryController.Manager.Analysis.Prometheus.Sources;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Traffic;
using CanaryController.Resources;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Prometheus;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

/// <summary>The evidence without its loops: a test ticks it by hand on its own clock.</summary>
internal sealed class EvidenceRig : IDisposable
{
    public EvidenceRig(FakePrometheus prometheus, FakeTimeProvider time)
    {
        var options = new PrometheusOptions { Url = prometheus.Url };
        Time = time;
        Registry = Metrics.NewCustomRegistry();
        var metrics = new EvidenceMetrics(Metrics.WithCustomRegistry(Registry));
        Client = new PrometheusClient(new HttpClient { Timeout = Timeout.InfiniteTimeSpan }, options, time, metrics);
        Book = new EvidenceBook(time);
        Sampler = new CounterSampler(Client, Book, Waker, metrics, time, NullLogger<CounterSampler>.Instance);
        var bounds = new BoundsReader(Client, Book, time, NullLogger<BoundsReader>.Instance);
        Ticks = new CounterTicks(Book, Sampler, Signals, time, NullLogger<CounterTicks>.Instance);
        CatchUp = new CounterCatchUp(Book, Sampler, bounds, Signals, time, NullLogger<CounterCatchUp>.Instance);
        Queries = new CustomQueries(Client, Book, Waker, metrics, options, time);
        Evidence = new PrometheusEvidence(Book, Signals);
        Diagnosis = new NoDataDiagnosis(Book, new SeriesDiagnosis(Client, time), time, NullLogger<NoDataDiagnosis>.Instance);
    }

    public FakeTimeProvider Time { get; }

    public CollectorRegistry Registry { get; }

    public PrometheusClient Client { get; }

    public EvidenceBook Book { get; }

    public EvidenceSignals Signals { get; } = new();

    public RecordingWaker Waker { get; } = new();

    public CounterSampler Sampler { get; }

    public CounterTicks Ticks { get; }

    public CounterCatchUp CatchUp { get; }

    public CustomQueries Queries { get; }

    public IEvidence Evidence { get; }

    public NoDataDiagnosis Diagnosis { get; }

    /// <summary>Reads the past until nobody is behind.</summary>
    public async Task CatchUpAsync()
    {
        for (var step = 0; step < 1_000; step++)
        {
            if (await CatchUp.StepAsync(CancellationToken.None) != true)
            {
                return;
            }
        }

        Assert.Fail("The past never ends.");
    }

    /// <summary>One tick, and whatever past it left to read.</summary>
    public async Task TickAsync()
    {
        await CatchUpAsync();
        await Ticks.TickAsync(CancellationToken.None);
        await CatchUpAsync();
    }

    public AnalysisObservation? Observe(EvidenceRequest request) => Evidence.Observe(request.Key, request.State, Time.GetUtcNow());

    public void Dispose() => Client.Dispose();

    /// <summary>A rollout of v2 over v1 on a route, with traffic since a moment.</summary>
    public static EvidenceRequest Request(DateTimeOffset trafficSince, string route = "shop", params MetricSpec[] metrics)
    {
        var step = new RolloutStep { Weight = CanaryWeight.FromBasisPoints(1_000), MinRequests = 50 };
        var spec = new RolloutSpec
        {
            Workload = WorkloadKind.External,
            Steps = [step],
            Analysis = new AnalysisPolicy { Metrics = [.. metrics.Length > 0 ? metrics : [SuccessRate, Latency]] },
        };
        var state = new RolloutState
        {
            Phase = RolloutPhase.Progressing,
            StableRevision = "v1",
            CanaryRevision = "v2",
            Attempt = 1,
            Plan = [step],
            Weight = step.Weight,
            TrafficSince = trafficSince,
            StepSince = trafficSince,
        };
        return new EvidenceRequest(new RolloutKey("default", route), spec, state, new RouteTarget("edge", route));
    }

    public static MetricSpec SuccessRate { get; } =
        new() { Name = "success-rate", Kind = MetricKind.RequestSuccessRate, Min = 0.99, TolerateRatio = 1.2 };

    public static MetricSpec Latency { get; } =
        new() { Name = "latency", Kind = MetricKind.RequestDuration, Quantile = 0.9, Max = 0.5 };
}

/// <summary>Remembers whom it was asked to wake.</summary>
internal sealed class RecordingWaker : IRolloutWaker
{
    private readonly Lock _lock = new();
    private readonly List<(RolloutKey Key, bool Urgent)> _wakes = [];

    public void Wake(RolloutKey key, QueueLane lane)
    {
        lock (_lock)
        {
            _wakes.Add((key, lane is QueueLane.Urgent));
        }
    }

    /// <summary>Hands out what came since the last time.</summary>
    public IReadOnlyList<(RolloutKey Key, bool Urgent)> Take()
    {
        lock (_lock)
        {
            (RolloutKey, bool)[] taken = [.. _wakes];
            _wakes.Clear();
            return taken;
        }
    }
}
