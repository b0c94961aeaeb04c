namespace CanaryController.Core.Analysis;

/// <summary>What an <see cref="EvidenceLedger"/> keeps evidence of. Fixed for the ledger's life: another plan needs a new ledger, rebuilt from the provider.</summary>
public sealed record EvidencePlan
{
    /// <summary>The policy's metrics and those of all steps; names are distinct.</summary>
    public required EquatableArray<MetricSpec> Metrics { get; init; }

    /// <summary>
    /// Names of counted metrics that one step alone is judged by: they count once <see cref="EvidenceLedger.Begin"/> was told, so that no step is judged by what its metric was
    /// not asked of. Default none.
    /// </summary>
    public EquatableArray<string> StepMetrics { get; init; }

    /// <summary>How likely a healthy revision may be rolled back by chance, split evenly over the plan's sequential tests. Above 0, at most 0.2.</summary>
    public double FalseAlarmRate { get; init; } = 0.01;

    /// <summary>The first moment that counts: first traffic plus warm-up. Earlier samples only serve as baselines.</summary>
    public required DateTimeOffset CountFrom { get; init; }

    /// <summary>
    /// The warm-up that <see cref="CountFrom"/> contains. When above zero, an increase that began before <see cref="CountFrom"/> is not counted either; without a
    /// warm-up it is, so that a canary that fails at once is seen one scrape earlier. Default none.
    /// </summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>
    /// The canary's version had traffic before this attempt: then an increase that began before <see cref="CountFrom"/> is not counted either, because it may hold the last
    /// failures of the attempt before. Default false.
    /// </summary>
    public bool HadTraffic { get; init; }

    /// <summary>Time between two scrapes of a target, which is also the length of a block: 100 ms to 10 minutes; values outside are clamped.</summary>
    public required TimeSpan ScrapeInterval { get; init; }
}

/// <summary>Why a duration threshold has no bucket bound that could tell.</summary>
public enum MissingBound
{
    /// <summary>The histogram has not been seen yet.</summary>
    NotSeen,

    /// <summary>The threshold is below the lowest bucket bound.</summary>
    BelowEveryBucket,

    /// <summary>The threshold is above the highest finite bucket bound: no quantile can ever exceed it.</summary>
    AboveTopBucket,

    /// <summary>The bounds are those of a histogram in milliseconds, where seconds were expected.</summary>
    LooksLikeMilliseconds,

    /// <summary>The bounds are those of a histogram in seconds, where milliseconds were expected.</summary>
    LooksLikeSeconds,
}
