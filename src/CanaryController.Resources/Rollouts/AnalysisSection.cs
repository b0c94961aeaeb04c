using CanaryController.Core;
using CanaryController.Core.Analysis;

namespace CanaryController.Resources.Rollouts;

/// <summary><c>spec.analysis</c>: what the canary is judged by, and what happens when it cannot be judged.</summary>
public sealed record AnalysisSection
{
    /// <summary>How long missing evidence may hold a step when nothing else is said.</summary>
    public static readonly TimeSpan DefaultHoldLimit = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Who counts the requests that built-in metrics look at. Default: the router, where that is certain (Envoy for Contour); for GatewayAPI, ReplicaRatio and SMI built-in metrics need it.
    /// </summary>
    public RequestSource? Source { get; init; }

    /// <summary>For Istio: which end counts. Default <c>Client</c>; <c>Server</c> for versions that are subsets of one Service.</summary>
    public RequestView? SourceView { get; init; }

    /// <summary>What the source's labels are called, where not as usual.</summary>
    public SourceLabelsSection? SourceLabels { get; init; }

    /// <summary>What the source calls the versions, where not as usual.</summary>
    public SourceNamesSection? SourceNames { get; init; }

    /// <summary>How likely a healthy revision may be rolled back by chance, over all its tests: percent, above 0, at most 20. Default 1.</summary>
    public decimal FalseAlarmRate { get; init; } = 1;

    /// <summary>How long the canary's first requests are not judged, and the first hold does not begin: 0s to 1h. Default <c>0s</c>.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>The metrics judged at every step: at most 20.</summary>
    public EquatableArray<MetricSection> Metrics { get; init; }

    /// <summary>No series, or none that is fresh. Default <c>Hold</c>.</summary>
    public MissingEvidenceAction OnNoData { get; init; } = MissingEvidenceAction.Hold;

    /// <summary>Fewer requests than the step asks for when its hold has passed. Default <c>Hold</c>.</summary>
    public MissingEvidenceAction OnBelowMinRequests { get; init; } = MissingEvidenceAction.Hold;

    /// <summary>The metrics provider is down, slow, or refuses the query. Default <c>Hold</c>.</summary>
    public MissingEvidenceAction OnProviderError { get; init; } = MissingEvidenceAction.Hold;

    /// <summary>How long missing or inconclusive evidence may hold a step beyond its hold: 1s to 720h. Default <c>30m</c>.</summary>
    public TimeSpan HoldLimit { get; init; } = DefaultHoldLimit;

    /// <summary>What happens then. Default <c>Abort</c>.</summary>
    public HoldLimitAction OnHoldLimit { get; init; } = HoldLimitAction.Abort;
}
