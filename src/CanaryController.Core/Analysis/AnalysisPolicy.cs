namespace CanaryController.Core.Analysis;

/// <summary>What is judged, and what happens when it cannot be.</summary>
public sealed record AnalysisPolicy
{
    /// <summary>The metrics judged at every step.</summary>
    public EquatableArray<MetricSpec> Metrics { get; init; }

    /// <summary>Who counts the requests of built-in metrics; null = the product's own gateway.</summary>
    public RequestCounting? Counting { get; init; }

    /// <summary>How likely a healthy revision may be rolled back by chance, over all its tests: above 0, at most 0.2. Default 0.01.</summary>
    public double FalseAlarmRate { get; init; } = 0.01;

    /// <summary>How long the canary's first requests are not judged, and the first hold does not begin. Default none.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>No series, or none that is fresh.</summary>
    public MissingEvidenceAction OnNoData { get; init; } = MissingEvidenceAction.Hold;

    /// <summary>Fewer requests than the step asks for when its hold has passed.</summary>
    public MissingEvidenceAction OnBelowMinRequests { get; init; } = MissingEvidenceAction.Hold;

    /// <summary>The metrics provider is down, slow, or refuses the query.</summary>
    public MissingEvidenceAction OnProviderError { get; init; } = MissingEvidenceAction.Hold;

    /// <summary>How long missing or inconclusive evidence may hold a step beyond its hold. Default 30 minutes.</summary>
    public TimeSpan HoldLimit { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>What happens then.</summary>
    public HoldLimitAction OnHoldLimit { get; init; } = HoldLimitAction.Abort;
}

/// <summary>What missing evidence does to a step.</summary>
public enum MissingEvidenceAction
{
    /// <summary>The weight stays, up to the hold limit.</summary>
    Hold,

    /// <summary>Roll back once the step's hold has passed.</summary>
    Abort,
}

/// <summary>What happens at the hold limit.</summary>
public enum HoldLimitAction
{
    /// <summary>Roll back.</summary>
    Abort,

    /// <summary>Keep the weight for ever.</summary>
    Hold,
}

/// <summary>One metric and what is asked of it.</summary>
public sealed record MetricSpec
{
    /// <summary>Unique in the rollout.</summary>
    public required string Name { get; init; }

    /// <summary>What is measured.</summary>
    public required MetricKind Kind { get; init; }

    /// <summary>For <see cref="MetricKind.RequestDuration"/>: which quantile, above 0 and below 1.</summary>
    public double Quantile { get; init; } = 0.99;

    /// <summary>For <see cref="MetricKind.Query"/>: the query, with its variables. Null while it comes from <see cref="Template"/> and that is not known.</summary>
    public string? Query { get; init; }

    /// <summary>Where the query comes from; null = it is written in the rollout.</summary>
    public MetricTemplateReference? Template { get; init; }

    /// <summary>For <see cref="MetricKind.Query"/>: how often it is judged.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For <see cref="MetricKind.Query"/>: how many failed measurements an attempt may have. Default 0.</summary>
    public int FailureLimit { get; init; }

    /// <summary>Lower limit in base units (success rate: a ratio 0..1); null = none.</summary>
    public double? Min { get; init; }

    /// <summary>Upper limit in base units (durations: seconds); null = none.</summary>
    public double? Max { get; init; }

    /// <summary>Compare with stable: the tolerated ratio of error (or slow) rates, at least 1; null = do not compare.</summary>
    public double? TolerateRatio { get; init; }
}

/// <summary>What is measured.</summary>
public enum MetricKind
{
    /// <summary>The share of requests without a server error.</summary>
    RequestSuccessRate,

    /// <summary>A quantile of the requests' duration.</summary>
    RequestDuration,

    /// <summary>The value of the user's own query.</summary>
    Query,
}
