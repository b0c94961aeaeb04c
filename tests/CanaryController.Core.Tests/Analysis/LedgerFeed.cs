using CanaryController.Core.Analysis;

namespace CanaryController.Core.Tests.Analysis;

/// <summary>Feeds a ledger as a provider does, in seconds since a round moment.</summary>
internal sealed class LedgerFeed
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly MetricSpec SuccessRate = new() { Name = "success-rate", Kind = MetricKind.RequestSuccessRate, Min = 0.99 };

    public static readonly MetricSpec Compared = SuccessRate with { TolerateRatio = 1.2 };

    public static readonly MetricSpec Latency = new() { Name = "latency", Kind = MetricKind.RequestDuration, Quantile = 0.99, Max = 0.5 };

    private readonly Dictionary<CounterSeries, double> _values = [];

    public LedgerFeed(params MetricSpec[] metrics)
        : this(TimeSpan.FromSeconds(1), metrics)
    {
    }

    public LedgerFeed(TimeSpan scrapeInterval, params MetricSpec[] metrics)
    {
        Metrics = EquatableArray.Create<MetricSpec>(metrics);
        Ledger = new(new EvidencePlan { Metrics = Metrics, CountFrom = Start, ScrapeInterval = scrapeInterval });
    }

    public EvidenceLedger Ledger { get; set; }

    public EquatableArray<MetricSpec> Metrics { get; }

    public static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    public static long Ms(double seconds) => At(seconds).ToUnixTimeMilliseconds();

    public static CounterSeries Series(string metric, Arm arm, string target, bool bad) =>
        new(metric, arm, target, bad ? "bad" : "good", 1, bad ? 1 : 0);

    /// <summary>A scrape of one arm of one target: so many more good and bad requests than at the one before.</summary>
    public void Scrape(double seconds, Arm arm, long good, long bad, string target = "pod", string metric = "success-rate")
    {
        Raise(Series(metric, arm, target, bad: false), seconds, good);
        Raise(Series(metric, arm, target, bad: true), seconds, bad);
    }

    /// <summary>A scrape of both arms, each of a target of its own.</summary>
    public void Both(double seconds, long canaryGood, long canaryBad, long stableGood, long stableBad)
    {
        Scrape(seconds, Arm.Canary, canaryGood, canaryBad, "canary-pod");
        Scrape(seconds, Arm.Stable, stableGood, stableBad, "stable-pod");
    }

    public AnalysisObservation JudgeAll(double now, double? stepSince = 0, long minRequests = 0) =>
        Ledger.Judge(new("v2", 3, 1, stepSince is { } since ? At(since) : null, minRequests, Metrics, At(now)));

    public MetricJudgement Judge(double now, double? stepSince = 0, long minRequests = 0) => JudgeAll(now, stepSince, minRequests).Metrics[0];

    private void Raise(CounterSeries series, double seconds, long increase)
    {
        var value = _values.GetValueOrDefault(series) + increase;
        _values[series] = value;
        Ledger.Observe(new CounterSample(series, Ms(seconds), value));
    }
}
