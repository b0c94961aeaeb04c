namespace CanaryController.Core.Analysis;

/// <summary>
/// The evidence of one attempt of one rollout: fed with raw counter samples and query values, asked for verdicts. Mutable and not thread-safe: one owner feeds
/// and judges it. It has no clock and does no I/O. What it holds depends only on the samples and their timestamps, not on how they were batched, so a
/// ledger rebuilt from range queries says the same. Feed a query's whole answer before looking: a scrape that is half fed misleads.
/// </summary>
/// <param name="plan">What evidence is kept of.</param>
public sealed class EvidenceLedger(EvidencePlan plan)
{
    /// <summary>The handle of a counter that is not counted: <see cref="Observe(int, long, double)"/> ignores it.</summary>
    public const int Ignored = -1;

    private readonly Dictionary<CounterSeries, int> _handles = [];

    /// <summary>The plan it was made for.</summary>
    public EvidencePlan Plan { get; } = plan;

    /// <summary>True once any metric has failed; it stays true. Evaluates what was fed since the last look; makes no sentences and no garbage.</summary>
    public bool AnyFailed => FailedCount > 0;

    /// <summary>How many of the plan's metrics have failed as of the last look; never falls.</summary>
    public int FailedCount { get; }

    /// <summary>
    /// A handle for <paramref name="series"/>, the same one each time; <see cref="Ignored"/> when its metric is not in the plan or the ledger is full.
    /// </summary>
    public int Register(CounterSeries series)
    {
        if (!_handles.TryGetValue(series, out var handle))
        {
            handle = _handles.Count;
            _handles.Add(series, handle);
        }

        return handle;
    }

    /// <summary>
    /// One sample of a registered counter. Those at or before the series' newest timestamp are ignored, so overlapping windows are harmless; so are values that no
    /// counter has (negative, NaN, infinite, above 2^50).
    /// </summary>
    public void Observe(int handle, long timestampMs, double value)
    {
        _ = handle + timestampMs + value;
        _ = _handles.Count;
    }

    /// <summary>Registers and observes.</summary>
    public void Observe(in CounterSample sample) => Observe(Register(sample.Series), sample.TimestampMs, sample.Value);

    /// <summary>
    /// Says that <paramref name="target"/> was scraped then, whatever it exposed: counters that appear on it later count from 0 (a fresh pod's first scrape). Optional.
    /// </summary>
    public void ObserveTarget(string metric, string target, long timestampMs)
    {
        _ = metric + target + timestampMs;
        _ = _handles.Count;
    }

    /// <summary>One measurement of an own query; null = no data. At or before the newest one: ignored.</summary>
    public void ObserveValue(string metric, DateTimeOffset at, double? value)
    {
        _ = metric;
        _ = at;
        _ = value;
        _ = _handles.Count;
    }

    /// <summary>
    /// The bucket bound that a duration metric's bad events are counted with: the largest one within <see cref="MetricSpec.Max"/>; null when there is none that can tell,
    /// and why. Another bound than before drops the metric's evidence.
    /// </summary>
    public void SetBound(string metric, double? boundSeconds, MissingBound reason = MissingBound.NotSeen)
    {
        _ = metric;
        _ = boundSeconds;
        _ = reason;
        _ = _handles.Count;
    }

    /// <summary>
    /// Fixes from when point values count; exact when told before the samples after it are fed (after a restart: before the rebuild). <see cref="Judge"/> does it too.
    /// </summary>
    public void MarkStep(DateTimeOffset stepSince)
    {
        _ = stepSince;
        _ = _handles.Count;
    }

    /// <summary>The latest query of <paramref name="metric"/> (null: of all built-in ones) failed; <paramref name="message"/> says how.</summary>
    public void ReportProviderError(string? metric, string message, DateTimeOffset at)
    {
        _ = metric + message + at;
        _ = _handles.Count;
    }

    /// <summary>The latest query of <paramref name="metric"/> (null: of all built-in ones) was answered.</summary>
    public void ReportProviderOk(string? metric, DateTimeOffset at)
    {
        _ = metric + at;
        _ = _handles.Count;
    }

    /// <summary>What the evidence says now. Sentences are made here only.</summary>
    public AnalysisObservation Judge(in JudgeRequest request)
    {
        var judgements = new MetricJudgement[request.Metrics.Count];
        for (var i = 0; i < judgements.Length; i++)
        {
            judgements[i] = new() { Name = request.Metrics[i].Name, Verdict = Verdict.NoData, Message = "No series has been seen yet." };
        }

        return new(request.Revision, request.Attempt, request.StepIndex, _handles.Count > 0 ? 0 : null, EquatableArray.Create<MetricJudgement>(judgements));
    }
}
