namespace CanaryController.Core.Analysis;

/// <summary>What a metric's limits mean for counts.</summary>
internal static class CountedLimits
{
    /// <summary>How many sequential tests <paramref name="spec"/> asks for.</summary>
    public static int TestCount(MetricSpec spec) => (HasThreshold(spec) ? 1 : 0) + (spec.Kind != MetricKind.Query && spec.TolerateRatio is not null ? 1 : 0);

    /// <summary>True when <paramref name="spec"/> is counted and has the limit that its kind knows: a success rate's lower, a duration's upper.</summary>
    public static bool HasThreshold(MetricSpec spec) => spec.Kind switch
    {
        MetricKind.RequestSuccessRate => spec.Min is not null,
        MetricKind.RequestDuration => spec.Max is not null,
        MetricKind.Query => false,
    };

    /// <summary>The share of bad requests that the threshold allows; 1 without a threshold.</summary>
    public static double AllowedRate(MetricSpec spec) => !HasThreshold(spec) ? 1 : 1 - (spec.Kind == MetricKind.RequestDuration ? spec.Quantile : spec.Min ?? 0);
}
