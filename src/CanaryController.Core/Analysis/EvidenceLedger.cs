namespace CanaryController.Core.Analysis;

/// <summary>
/// The evidence of one attempt of one rollout: fed with raw counter samples and query values, asked for verdicts. Mutable and not thread-safe: one owner feeds
/// and judges it. It has no clock and does no I/O. What it holds depends only on the samples and their timestamps, not on how they were batched, so a
/// ledger rebuilt from range queries says the same. Feed a query's whole answer before looking: a scrape that is half fed misleads.
/// </summary>
public sealed class EvidenceLedger
{
    /// <summary>The handle of a counter that is not counted: <see cref="Observe(int, long, double)"/> ignores it.</summary>
    public const int Ignored = -1;

    /// <summary>How many counters, and how many scrape targets a metric, are kept in a ledger's life. Beyond it nothing passes any more, and the verdict says so.</summary>
    public const int MaxSeries = 16_384;

    /// <summary>The largest value of a counter: 2^50, so that sums over <see cref="MaxSeries"/> of them are exact.</summary>
    public const double MaxValue = 1L << 50;

    private readonly Dictionary<CounterSeries, int> _handles = [];
    private readonly List<CountTrack> _counts = [];
    private readonly List<QueryTrack> _queries = [];
    private readonly Dictionary<string, (double? Seconds, MissingBound Reason)> _bounds = [];
    private readonly Dictionary<string, (string? Message, DateTimeOffset At)> _answers = [];
    private readonly double _log10Limit;

    private CounterState[] _counters = new CounterState[16];
    private bool _isFull;

    /// <summary>An empty ledger.</summary>
    /// <param name="plan">What evidence is kept of.</param>
    public EvidenceLedger(EvidencePlan plan)
    {
        Plan = plan;
        var tests = 0;
        foreach (var metric in plan.Metrics)
        {
            tests += CountedLimits.TestCount(metric);
        }

        var lnLimit = Math.Log(Math.Max(1, tests) / Math.Clamp(plan.FalseAlarmRate, 1e-9, 0.2));
        _log10Limit = lnLimit / Math.Log(10);
        foreach (var metric in plan.Metrics)
        {
            if (metric.Kind == MetricKind.Query)
            {
                _queries.Add(new(metric, plan.CountFrom));
            }
            else
            {
                _counts.Add(new(metric, plan, lnLimit));
            }
        }
    }

    /// <summary>The plan it was made for.</summary>
    public EvidencePlan Plan { get; }

    /// <summary>True once any metric has failed; it stays true. Evaluates what was fed since the last look; makes no sentences and no garbage.</summary>
    public bool AnyFailed => FailedCount > 0;

    /// <summary>How many of the plan's metrics have failed. Evaluates what was fed since the last look.</summary>
    public int FailedCount
    {
        get
        {
            var failed = 0;
            foreach (var track in _counts)
            {
                track.Evaluate();
                failed += track.Failed ? 1 : 0;
            }

            foreach (var track in _queries)
            {
                failed += track.Failed ? 1 : 0;
            }

            return failed;
        }
    }

    /// <summary>
    /// A handle for <paramref name="series"/>, the same one each time; <see cref="Ignored"/> when its metric is not counted in the plan or the ledger is full.
    /// </summary>
    public int Register(CounterSeries series)
    {
        if (_handles.TryGetValue(series, out var handle))
        {
            return handle;
        }

        if (Find(series.Metric) is not { } track)
        {
            return Ignored;
        }

        if (_handles.Count == MaxSeries)
        {
            _isFull = true;
            return Ignored;
        }

        handle = _handles.Count;
        _handles.Add(series, handle);
        if (handle == _counters.Length)
        {
            Array.Resize(ref _counters, handle * 2);
        }

        _counters[handle] = new()
        {
            Track = track,
            Target = track.TargetIndex(series.Target),
            Arm = series.Arm,
            TotalSign = series.TotalSign,
            BadSign = series.BadSign,
            NewestMs = CounterState.Never,
            Pair = track.Spec.Kind == MetricKind.RequestDuration ? track.PairOf(series) : null,
        };
        return handle;
    }

    /// <summary>
    /// One sample of a registered counter. Those at or before the series' newest timestamp are ignored, so overlapping windows are harmless; so are values that no
    /// counter has (negative, NaN, infinite, above 2^50). A duration's counters are ignored while no bucket bound can tell which requests were slow: without the
    /// bucket that takes the fast ones off, all would count as slow.
    /// </summary>
    public void Observe(int handle, long timestampMs, double value)
    {
        if ((uint)handle >= (uint)_handles.Count || timestampMs < 0 || !(value is >= 0 and <= MaxValue))
        {
            return;
        }

        ref var counter = ref _counters[handle];
        if (timestampMs <= counter.NewestMs || IsBlind(counter.Track.Spec))
        {
            return;
        }

        if (counter.Pair is { } pair)
        {
            counter.NewestMs = timestampMs;
            pair.Observe(counter.BadSign < 0, timestampMs, (long)Math.Round(value));
        }
        else
        {
            counter.Track.Observe(ref counter, timestampMs, (long)Math.Round(value));
        }
    }

    /// <summary>Registers and observes.</summary>
    public void Observe(in CounterSample sample) => Observe(Register(sample.Series), sample.TimestampMs, sample.Value);

    /// <summary>
    /// Says that <paramref name="target"/> was scraped then, whatever it exposed: counters that appear on it later count from 0 (a fresh pod's first scrape). Optional.
    /// </summary>
    public void ObserveTarget(string metric, string target, long timestampMs)
    {
        if (timestampMs >= 0 && Find(metric) is { TargetCount: < MaxSeries } track)
        {
            track.SeeTarget(track.TargetIndex(target), timestampMs);
        }
    }

    /// <summary>One measurement of an own query; null = no data. At or before the newest one: ignored.</summary>
    public void ObserveValue(string metric, DateTimeOffset at, double? value) => FindQuery(metric)?.Observe(at, value);

    /// <summary>
    /// The bucket bound that a duration metric's bad events are counted with: the largest one within <see cref="MetricSpec.Max"/>; null when there is none that can tell,
    /// and why. Another bound than before drops the metric's evidence.
    /// </summary>
    public void SetBound(string metric, double? boundSeconds, MissingBound reason = MissingBound.NotSeen)
    {
        if (Find(metric) is not { } track)
        {
            return;
        }

        if (_bounds.TryGetValue(metric, out var before) && before.Seconds is not null && before.Seconds != boundSeconds)
        {
            track.Reset();
            foreach (ref var counter in _counters.AsSpan(0, _handles.Count))
            {
                if (counter.Track == track)
                {
                    counter.NewestMs = CounterState.Never;
                    counter.Pair?.Forget();
                }
            }
        }

        _bounds[metric] = (boundSeconds, reason);
    }

    /// <summary>
    /// Fixes from when point values count; exact when told before the samples after it are fed (after a restart: before the rebuild). <see cref="Judge(in JudgeRequest)"/> does it too.
    /// </summary>
    public void MarkStep(DateTimeOffset stepSince)
    {
        foreach (var track in _counts)
        {
            track.MarkStep(stepSince.ToUnixTimeMilliseconds());
        }
    }

    /// <summary>
    /// One of <see cref="EvidencePlan.StepMetrics"/> counts from here, the first time that it is told; exact when told before the samples after it are fed.
    /// </summary>
    public void Begin(string metric, DateTimeOffset since) => Find(metric)?.Begin(since.ToUnixTimeMilliseconds());

    /// <summary>The latest query of <paramref name="metric"/> (null: of all built-in ones) failed; <paramref name="message"/> says how.</summary>
    public void ReportProviderError(string? metric, string message, DateTimeOffset at) => Report(metric, message, at);

    /// <summary>The latest query of <paramref name="metric"/> (null: of all built-in ones) was answered.</summary>
    public void ReportProviderOk(string? metric, DateTimeOffset at) => Report(metric, null, at);

    /// <summary>True once a sample of <paramref name="arm"/> was fed to a counted metric.</summary>
    public bool HasSamples(string metric, Arm arm) => Find(metric) is { } track && (arm == Arm.Canary ? track.NewestMs.Canary : track.NewestMs.Stable) is not null;

    /// <summary>What the evidence says now. Sentences are made here only.</summary>
    public AnalysisObservation Judge(in JudgeRequest request)
    {
        if (request.StepSince is { } since)
        {
            MarkStep(since);
        }

        BlockCounts? most = null;
        var judgements = new MetricJudgement[request.Metrics.Count];
        for (var i = 0; i < judgements.Length; i++)
        {
            judgements[i] = Judge(request.Metrics[i], request);
        }

        foreach (var track in _counts)
        {
            track.Evaluate();
            if (request.StepSince is not null && track.NewestMs.Canary is not null)
            {
                most = most?.CanaryTotal >= track.SinceStep.CanaryTotal ? most : track.SinceStep;
            }
        }

        var all = most is { } counts ? counts.CanaryTotal + counts.StableTotal : (long?)null;
        return new(request.Revision, request.Attempt, request.StepIndex, most?.CanaryTotal, EquatableArray.Create<MetricJudgement>(judgements)) { AllRequestsInStep = all };
    }

    private MetricJudgement Judge(MetricSpec metric, in JudgeRequest request)
    {
        var problem = _answers.TryGetValue(metric.Name, out var answer) ? answer.Message : null;
        if (FindQuery(metric.Name) is { } query)
        {
            return QueryVerdict.Judge(query, problem, request);
        }

        if (Find(metric.Name) is not { } track)
        {
            return new() { Name = metric.Name, Verdict = Verdict.NoData, Message = "no evidence is kept of this metric yet." };
        }

        track.Evaluate();
        var bound = _bounds.GetValueOrDefault(metric.Name);
        return CountVerdict.Judge(track, new(bound.Seconds, problem, Obstacle(track.Spec, bound)), request, _log10Limit);
    }

    private bool IsBlind(MetricSpec spec) => spec.Kind == MetricKind.RequestDuration && _bounds.GetValueOrDefault(spec.Name).Seconds is null;

    private string? Obstacle(MetricSpec spec, (double? Seconds, MissingBound Reason) bound)
    {
        if (_isFull)
        {
            return $"there are more than {Wording.Count(MaxSeries)} series: not all are counted; aggregate them by a recording rule";
        }

        return spec.Kind == MetricKind.RequestDuration && bound.Seconds is null ? CountWording.NoBound(spec, bound.Reason) : null;
    }

    private void Report(string? metric, string? message, DateTimeOffset at)
    {
        if (metric is not null)
        {
            if (!_answers.TryGetValue(metric, out var latest) || at >= latest.At)
            {
                _answers[metric] = (message, at);
            }

            return;
        }

        foreach (var track in _counts)
        {
            Report(track.Spec.Name, message, at);
        }
    }

    private CountTrack? Find(string metric) => _counts.Find(track => track.Spec.Name == metric);

    private QueryTrack? FindQuery(string metric) => _queries.Find(track => track.Spec.Name == metric);
}
