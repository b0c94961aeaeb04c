using CanaryController.Core.Analysis;

namespace CanaryController.Resources.Rollouts;

/// <summary>One metric and what is asked of it. Exactly one of <see cref="Builtin"/>, <see cref="Query"/> and <see cref="Template"/>.</summary>
public sealed record MetricSection
{
    /// <summary>Which quantile a latency metric looks at when nothing else is said.</summary>
    public const double DefaultQuantile = 0.99;

    /// <summary>How often an own query is judged when nothing else is said.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(10);

    /// <summary>Unique in the rollout: a DNS label. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>A metric that is counted for every service.</summary>
    public BuiltinMetric? Builtin { get; init; }

    /// <summary>For RequestDuration: which quantile, above 0 and below 1. Default 0.99.</summary>
    public double? Quantile { get; init; }

    /// <summary>A PromQL query that gives one number; <c>{{ version }}</c>, <c>{{ stableVersion }}</c>, <c>{{ namespace }}</c>, <c>{{ name }}</c> and <c>{{ route }}</c> are filled in. At most 4,096 characters.</summary>
    public string? Query { get; init; }

    /// <summary>The template that its query comes from.</summary>
    public TemplateSection? Template { get; init; }

    /// <summary>For query and template: how often it is judged, 1s to 1h. Default <c>10s</c>.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>For query and template: how many failed measurements an attempt may have, 0 to 1,000. Default 0.</summary>
    public int? FailureLimit { get; init; }

    /// <summary>The limits. Required, unless it is a success rate that is compared with stable.</summary>
    public ThresholdSection? Threshold { get; init; }

    /// <summary>Compare with another version over the same time. For built-in metrics. Left out: do not compare.</summary>
    public CompareSection? Compare { get; init; }

    /// <summary>What is measured, in Core's words; null when the document does not say it in one way.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public MetricKind? Measured => (Builtin, Query, Template) switch
    {
        (BuiltinMetric.RequestSuccessRate, null, null) => MetricKind.RequestSuccessRate,
        (BuiltinMetric.RequestDuration, null, null) => MetricKind.RequestDuration,
        (null, not null, null) or (null, null, not null) => MetricKind.Query,
        _ => null,
    };
}

/// <summary>Metrics that are counted for every service.</summary>
public enum BuiltinMetric
{
    /// <summary>The share of requests without a server error, percent.</summary>
    RequestSuccessRate,

    /// <summary>A quantile of the requests' duration.</summary>
    RequestDuration,
}

/// <summary><c>threshold</c>: at least one limit.</summary>
public sealed record ThresholdSection
{
    /// <summary>The least: percent for RequestSuccessRate (<c>99</c>), a plain number for queries. Not for RequestDuration.</summary>
    public LimitText? Min { get; init; }

    /// <summary>The most: a duration for RequestDuration (<c>500ms</c>; best a bucket bound of the histogram), a plain number for queries. Not for RequestSuccessRate.</summary>
    public LimitText? Max { get; init; }
}

/// <summary><c>compare</c>: how much worse than the other version the canary may be.</summary>
public sealed record CompareSection
{
    /// <summary>The ratio of error (or slow) rates that is tolerated when nothing else is said.</summary>
    public const double DefaultTolerate = 1.2;

    /// <summary>The other version. Required.</summary>
    public ComparedVersion? To { get; init; }

    /// <summary>The tolerated ratio of error (or slow) rates: 1 to 100. Default 1.2.</summary>
    public double Tolerate { get; init; } = DefaultTolerate;
}

/// <summary>What a canary can be compared with.</summary>
public enum ComparedVersion
{
    /// <summary>The stable version, over the same seconds.</summary>
    Stable,
}
