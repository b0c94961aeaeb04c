using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>
/// Traefik, by the service: <c>NAMESPACE-SERVICE-PORT@PROVIDER</c> on Kubernetes; elsewhere <c>analysis.sourceNames</c> gives the whole names, like <c>checkout-v2@file</c>. It answers
/// 502 and 504 itself for servers that do not, and counts them; it does not count the 503 of a service without servers.
/// </summary>
internal static class TraefikSource
{
    /// <summary>The series of two services.</summary>
    public static CountedBy Of(EvidenceRequest request, RequestCounting counting)
    {
        var label = counting.ServiceLabel ?? "service";
        return NamedBackends.AreNamed(counting)
            ? new(Source(label, KeyForm.Exact), NamedBackends.Given(request, counting))
            : new(Source(label, KeyForm.ServiceOfProvider), NamedBackends.OfServices(request, counting, '-'));
    }

    private static CounterSource Source(string label, KeyForm form) => new()
    {
        Id = $"{RequestSource.Traefik}({label},{form})",
        Kind = RequestSource.Traefik,
        Requests = new("traefik_service_requests_total"),
        Durations = new("traefik_service_request_duration_seconds_bucket"),
        Keys = [new(label, form)],
        IsError = labels => StatusCodes.IsServerError(labels["code"]),
        IsOwnLabel = name => name == label || name is "code" or "method" or "protocol",
    };
}
