using Prometheus;

namespace CanaryController.Manager.Kubernetes.Admission;

/// <summary>What the API server asks, for the manager's own <c>/metrics</c>.</summary>
internal sealed class AdmissionMetrics(IMetricFactory factory)
{
    private readonly Counter _requests = factory.CreateCounter(
        "canary_admission_requests_total",
        "Admission requests by hook (the last part of its path; none: no hook is there) and outcome (unchanged, changed, denied, own, unable, failed, unreadable, busy).",
        ["hook", "outcome"]);

    private readonly Histogram _duration = factory.CreateHistogram(
        "canary_admission_duration_seconds",
        "How long admission requests took, from the first byte of the body to the answer, by hook.",
        new HistogramConfiguration { LabelNames = ["hook"], Buckets = [0.001, 0.005, 0.025, 0.1, 0.5, 2] });

    /// <summary>A request was answered.</summary>
    public void Answered(string hook, AdmissionOutcome outcome, TimeSpan took)
    {
        _requests.WithLabels(hook, outcome.ToString().ToLowerInvariant()).Inc();
        _duration.WithLabels(hook).Observe(took.TotalSeconds);
    }
}

/// <summary>What became of an admission request.</summary>
internal enum AdmissionOutcome
{
    /// <summary>Allowed as it is.</summary>
    Unchanged,

    /// <summary>Allowed with a change.</summary>
    Changed,

    /// <summary>Denied.</summary>
    Denied,

    /// <summary>The controller's own: allowed as it is.</summary>
    Own,

    /// <summary>The hook could not decide; allowed with a warning.</summary>
    Unable,

    /// <summary>The hook could not decide; HTTP 500, the failurePolicy decides.</summary>
    Failed,

    /// <summary>It was no review, or there is no hook.</summary>
    Unreadable,

    /// <summary>Too many at once, or its body came too slowly: HTTP 503.</summary>
    Busy,
}
