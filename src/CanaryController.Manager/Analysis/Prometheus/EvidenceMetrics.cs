using Prometheus;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>How the provider does, for the manager's own <c>/metrics</c>. No labels of single rollouts.</summary>
internal sealed class EvidenceMetrics(IMetricFactory factory)
{
    private readonly Histogram _duration = factory.CreateHistogram(
        "canary_provider_query_duration_seconds",
        "How long a query to the metrics provider took, by kind and outcome.",
        new HistogramConfiguration { LabelNames = ["kind", "outcome"], Buckets = Histogram.ExponentialBuckets(0.001, 2.5, 11) });

    private readonly Counter _errors = factory.CreateCounter(
        "canary_provider_errors_total", "Queries that did not bring a whole answer, by kind and outcome.", ["kind", "outcome"]);

    private readonly Histogram _lag = factory.CreateHistogram(
        "canary_evidence_lag_seconds",
        "Age of the newest sample when it was judged: from its scrape to the ledger.",
        new HistogramConfiguration { Buckets = [0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.5, 3, 8, 16, 32] });

    private readonly Histogram _fold = factory.CreateHistogram(
        "canary_evidence_fold_duration_seconds",
        "How long an answer was read and fed to the ledgers; judging waits meanwhile.",
        new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.0001, 3, 9) });

    private readonly Histogram _evaluation = factory.CreateHistogram(
        "canary_evidence_evaluation_duration_seconds",
        "From the last answer of a look at the counters until every rollout that it concerns was judged.",
        new HistogramConfiguration { Buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.6, 1, 2, 5] });

    /// <summary>A query ended.</summary>
    public void Queried(string kind, QueryOutcome outcome, TimeSpan took)
    {
        var name = Name(outcome);
        _duration.WithLabels(kind, name).Observe(took.TotalSeconds);
        if (outcome != QueryOutcome.Ok)
        {
            _errors.WithLabels(kind, name).Inc();
        }
    }

    /// <summary>An answer that came could not be used.</summary>
    public void Unusable(string kind, QueryOutcome outcome) => _errors.WithLabels(kind, Name(outcome)).Inc();

    /// <summary>An answer was fed to the ledgers.</summary>
    public void Folded(TimeSpan took, TimeSpan? newestAge)
    {
        _fold.Observe(took.TotalSeconds);
        if (newestAge is { } age)
        {
            _lag.Observe(Math.Max(0, age.TotalSeconds));
        }
    }

    /// <summary>All rollouts of a look were judged.</summary>
    public void Evaluated(TimeSpan took) => _evaluation.Observe(took.TotalSeconds);

    private static string Name(QueryOutcome outcome) => outcome switch
    {
        QueryOutcome.Ok => "ok",
        QueryOutcome.Unreachable => "unreachable",
        QueryOutcome.TimedOut => "timeout",
        QueryOutcome.Refused => "refused",
        QueryOutcome.Malformed => "malformed",
        QueryOutcome.TooLarge => "too_large",
        QueryOutcome.Warned => "warned",
    };
}
