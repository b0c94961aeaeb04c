using Prometheus;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>How the API server is used, for the manager's own <c>/metrics</c>.</summary>
internal sealed class KubeMetrics(IMetricFactory factory)
{
    private readonly Counter _requests = factory.CreateCounter(
        "canary_kubernetes_requests_total",
        "Requests to the API server by verb (get, list, watch, create, patch, delete), resource and HTTP status; code none: no answer came.",
        ["verb", "resource", "code"]);

    /// <summary>A request was answered, or not.</summary>
    public void Requested(string verb, ObjectKind kind, int? code) => _requests.WithLabels(verb, kind.Plural, code?.ToString() ?? "none").Inc();
}
