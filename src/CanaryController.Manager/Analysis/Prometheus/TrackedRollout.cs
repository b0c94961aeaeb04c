using CanaryController.Core;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis.Prometheus.Sources;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// One ledger's life: a rollout's attempt under one plan. What changes the plan (metrics, budget, first traffic, scrape interval, a bucket bound) makes a new one, which is
/// filled again from Prometheus. Guarded by <see cref="EvidenceBook"/>.
/// </summary>
internal sealed class TrackedRollout
{
    /// <summary>Counts requests for rollouts that judge none of them: steps may ask for a number of requests all the same. No name that a metric can have.</summary>
    private const string RequestCount = "#requests";

    private readonly Dictionary<string, HistogramBound> _bounds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _measuredToMs = new(StringComparer.Ordinal);
    private long _requestsToMs;
    private long _durationsToMs;
    private string? _explanation;

    public TrackedRollout(EvidenceRequest request, EvidencePlan plan, TrackedSeries series)
    {
        (Request, Plan, Counted, Slots, Ledger) = (request, plan, series.Counted, series.Slots, new EvidenceLedger(plan));
        QueryChars = series.Counted.Series.Sum(each => 1 + (2 * each.Key.Length));
        foreach (var metric in plan.Metrics)
        {
            if (metric.Kind == MetricKind.RequestDuration)
            {
                var bound = series.Bounds.Choose(metric.Max);
                _bounds.Add(metric.Name, bound);
                Ledger.SetBound(metric.Name, bound.Seconds, bound.Missing);
            }
        }

        BeginStep(request.State);
        var interval = plan.ScrapeInterval;
        FromMs = (request.State.TrafficSince!.Value - Max(TimeSpan.FromSeconds(5), 5 * interval)).ToUnixTimeMilliseconds();
        (_requestsToMs, _durationsToMs) = (FromMs, FromMs);
    }

    /// <summary>What to gather, as of the last persisted decision of the same plan.</summary>
    public EvidenceRequest Request { get; private set; }

    /// <summary>What the ledger was made for.</summary>
    public EvidencePlan Plan { get; }

    /// <summary>Where its requests are counted.</summary>
    public CountedBy Counted { get; }

    /// <summary>Its counters' slots.</summary>
    public CounterSlots Slots { get; }

    /// <summary>How long its part of a query may be, at most.</summary>
    public int QueryChars { get; }

    /// <summary>The evidence.</summary>
    public EvidenceLedger Ledger { get; }

    /// <summary>The first moment that is asked for: a few scrapes before the first traffic, as baselines.</summary>
    public long FromMs { get; }

    /// <summary>Everything up to here was asked for and answered.</summary>
    public long CoveredToMs => HasDurations ? Math.Min(_requestsToMs, _durationsToMs) : _requestsToMs;

    /// <summary>Everything but the last scrapes is there: the shared query of a tick goes on from here.</summary>
    public bool Live { get; set; }

    /// <summary>New samples came since the last look at the judgement.</summary>
    public bool Fed { get; set; }

    /// <summary>At the last look evidence had come more than half the way to a rollback.</summary>
    public bool IsClose { get; set; }

    /// <summary>What the waker was told last.</summary>
    public JudgementSignal Signal { get; set; }

    /// <summary>The buckets in use.</summary>
    public IEnumerable<HistogramBound> Bounds => _bounds.Values;

    /// <summary>True when a metric is judged by the requests' duration.</summary>
    public bool HasDurations => _bounds.Count > 0 && Counted.Source.Durations is not null;

    /// <summary>The plan that <paramref name="request"/> asks for at a scrape interval.</summary>
    public static EvidencePlan PlanOf(EvidenceRequest request, TimeSpan scrapeInterval)
    {
        var metrics = new List<MetricSpec>();
        var all = request.Spec.Analysis.Metrics.Concat(request.State.Plan.SelectMany(step => step.Metrics));
        foreach (var metric in all)
        {
            if (!metrics.Exists(known => known.Name == metric.Name))
            {
                metrics.Add(metric);
            }
        }

        if (!metrics.Exists(metric => metric.Kind == MetricKind.RequestSuccessRate))
        {
            metrics.Add(new MetricSpec { Name = RequestCount, Kind = MetricKind.RequestSuccessRate });
        }

        var analysis = request.Spec.Analysis;
        var steps = request.State.Plan.SelectMany(step => step.Metrics).Where(metric => metric.Kind != MetricKind.Query).Select(metric => metric.Name);
        return new EvidencePlan
        {
            Metrics = [.. metrics],
            StepMetrics = [.. steps.Except(analysis.Metrics.Select(metric => metric.Name))],
            FalseAlarmRate = analysis.FalseAlarmRate,
            CountFrom = request.State.TrafficSince!.Value + analysis.WarmUp,
            WarmUp = analysis.WarmUp,
            HadTraffic = request.State.Attempt > 1 || request.State.History.Any(record => record.Revision == request.State.CanaryRevision),
            ScrapeInterval = scrapeInterval,
        };
    }

    /// <summary>True when <paramref name="request"/> asks for the same evidence, whatever step it is at.</summary>
    public bool IsSameAttempt(EvidenceRequest request) =>
        request.State.CanaryRevision == Request.State.CanaryRevision
        && request.State.StableRevision == Request.State.StableRevision
        && request.State.Attempt == Request.State.Attempt
        && request.State.TrafficSince == Request.State.TrafficSince
        && (request.Target, request.Spec.Analysis.Counting) == (Request.Target, Request.Spec.Analysis.Counting);

    /// <summary>True when the bounds that exist now would be chosen again.</summary>
    public bool HasBoundsOf(HistogramBounds bounds)
    {
        foreach (var metric in Plan.Metrics)
        {
            if (metric.Kind == MetricKind.RequestDuration && _bounds[metric.Name] != bounds.Choose(metric.Max))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Goes on with a later decision of the same attempt and plan.</summary>
    public void Continue(EvidenceRequest request)
    {
        if (request.State.StepSince != Request.State.StepSince)
        {
            BeginStep(request.State);
        }

        Request = request;
    }

    /// <summary>Everything of this kind up to <paramref name="toMs"/> was asked for and answered.</summary>
    public void Cover(CounterKind kind, long toMs, DateTimeOffset now)
    {
        ref var covered = ref kind == CounterKind.Requests ? ref _requestsToMs : ref _durationsToMs;
        covered = Math.Max(covered, toMs);
        foreach (var metric in MetricsOf(kind))
        {
            Ledger.ReportProviderOk(metric.Name, now);
        }
    }

    /// <summary>This kind could not be asked for.</summary>
    public void Fail(CounterKind kind, string problem, DateTimeOffset now)
    {
        foreach (var metric in MetricsOf(kind))
        {
            Ledger.ReportProviderError(metric.Name, problem, now);
        }
    }

    /// <summary>The own queries to measure now, and from when: the policy's since the first traffic that counts, a step's since the step.</summary>
    public IEnumerable<(MetricSpec Metric, DateTimeOffset Since)> QueriesInForce()
    {
        var state = Request.State;
        var step = state.StepIndex < state.Plan.Count && state.StepSince is not null ? state.Plan[state.StepIndex].Metrics : [];
        return Request.Spec.Analysis.Metrics.Select(metric => (Metric: metric, Since: Plan.CountFrom))
            .Concat(step.Select(metric => (Metric: metric, Since: Later(Plan.CountFrom, state.StepSince!.Value))))
            .Where(each => each.Metric.Kind == MetricKind.Query);
    }

    /// <summary>The last moment that a query was measured at, milliseconds since the Unix epoch; 0 before.</summary>
    public long MeasuredToMs(string metric) => _measuredToMs.GetValueOrDefault(metric);

    /// <summary>A query was measured up to there.</summary>
    public void Measured(string metric, long toMs) => _measuredToMs[metric] = toMs;

    /// <summary>
    /// Registers a series for each metric that it counts for. A duration without a bucket bound counts none: with the bound comes a new ledger, which needs them all.
    /// </summary>
    public int[] Bind(CounterKind kind, CounterLabels labels)
    {
        if (Counted.ArmOf(labels.Key, labels.Version) is not { } arm)
        {
            return [];
        }

        var handles = new List<int>();
        foreach (var metric in Plan.Metrics)
        {
            if (Signs(kind, labels, metric) is var (total, bad))
            {
                handles.Add(Ledger.Register(new CounterSeries(metric.Name, arm, labels.Target, labels.Rest, total, bad)));
            }
        }

        return [.. handles];
    }

    /// <summary>What the evidence says at <paramref name="state"/>'s step. While it is still being read, nothing passes; a failure counts.</summary>
    public AnalysisObservation Judge(RolloutState state, DateTimeOffset now)
    {
        var step = state.StepIndex < state.Plan.Count ? state.Plan[state.StepIndex] : null;
        EquatableArray<MetricSpec> metrics = [.. Request.Spec.Analysis.Metrics.Concat(step?.Metrics ?? []).DistinctBy(metric => metric.Name, StringComparer.Ordinal)];
        var seen = Ledger.Judge(new JudgeRequest(
            state.CanaryRevision!, state.Attempt, state.StepIndex, state.StepSince, step?.MinRequests ?? 0, metrics, now));
        return seen with { Metrics = [.. seen.Metrics.Select(Told)] };
    }

    /// <summary>
    /// The kind and version whose series have not come although traffic began before <paramref name="before"/>; null when they all came. Requests first: without them there are no durations.
    /// </summary>
    public (CounterKind Kind, Arm Arm)? MissingSeries(DateTimeOffset before)
    {
        if (Request.State.TrafficSince > before)
        {
            return null;
        }

        foreach (var metric in Plan.Metrics.Where(metric => metric.Kind != MetricKind.Query).OrderBy(metric => metric.Kind))
        {
            var kind = metric.Kind == MetricKind.RequestDuration ? CounterKind.Durations : CounterKind.Requests;
            foreach (var arm in (ReadOnlySpan<Arm>)[Arm.Canary, Arm.Stable])
            {
                if (!Ledger.HasSamples(metric.Name, arm) && (arm == Arm.Canary || metric.TolerateRatio is not null))
                {
                    return (kind, arm);
                }
            }
        }

        return null;
    }

    /// <summary>Why series are missing; null when nobody knows. It is told while there are none.</summary>
    public void Explain(string? sentence, DateTimeOffset at) => (_explanation, ExplainedAt) = (sentence, at);

    /// <summary>When somebody last tried to explain missing series; null = never.</summary>
    public DateTimeOffset? ExplainedAt { get; private set; }

    private MetricJudgement Told(MetricJudgement metric) => metric switch
    {
        { Verdict: Verdict.Passed } when !Live => NotYet(metric),
        { Verdict: Verdict.NoData } when _explanation is not null && HasNoSeries(metric.Name) => metric with { Message = _explanation + '.' },
        _ => metric,
    };

    private bool HasNoSeries(string name) =>
        Plan.Metrics.FirstOrDefault(metric => metric.Name == name) is { Kind: not MetricKind.Query } metric
        && _bounds.GetValueOrDefault(name).Missing is MissingBound.NotSeen
        && (!Ledger.HasSamples(name, Arm.Canary) || (metric.TolerateRatio is not null && !Ledger.HasSamples(name, Arm.Stable)));

    private void BeginStep(RolloutState state)
    {
        if (state.StepSince is not { } since)
        {
            return;
        }

        Ledger.MarkStep(since);
        foreach (var metric in state.StepIndex < state.Plan.Count ? state.Plan[state.StepIndex].Metrics : [])
        {
            Ledger.Begin(metric.Name, since);
        }
    }

    private IEnumerable<MetricSpec> MetricsOf(CounterKind kind) =>
        Plan.Metrics.Where(metric => metric.Kind == (kind == CounterKind.Requests ? MetricKind.RequestSuccessRate : MetricKind.RequestDuration));

    private static MetricJudgement NotYet(MetricJudgement metric) => metric with
    {
        Verdict = Verdict.NoData,
        Message = "the evidence of this attempt is still being read from Prometheus.",
    };

    private (int Total, int Bad)? Signs(CounterKind kind, CounterLabels labels, MetricSpec metric) => (kind, metric.Kind) switch
    {
        (CounterKind.Requests, MetricKind.RequestSuccessRate) when labels.IsError is { } isError => (1, isError ? 1 : 0),
        (CounterKind.Durations, MetricKind.RequestDuration) when _bounds[metric.Name].Seconds is null => null,
        (CounterKind.Durations, MetricKind.RequestDuration) when labels.Bound == double.PositiveInfinity => (1, 1),
        (CounterKind.Durations, MetricKind.RequestDuration) when labels.Bound is { } bound && bound == _bounds[metric.Name].Seconds => (0, -1),
        (CounterKind.Requests or CounterKind.Durations, _) => null,
    };

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
