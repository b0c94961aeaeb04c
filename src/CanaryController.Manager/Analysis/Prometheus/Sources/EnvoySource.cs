using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>
/// Envoy, by the name of its cluster. Contour names them <c>NAMESPACE_SERVICE_PORT</c>; for others <c>analysis.sourceNames</c> gives the whole names. Envoy charges a cluster with
/// requests that reached nobody as 503.
/// </summary>
internal static class EnvoySource
{
    private const string Label = "envoy_cluster_name";

    /// <summary>The series of two clusters.</summary>
    public static CountedBy Of(EvidenceRequest request, RequestCounting counting)
    {
        var label = counting.ServiceLabel ?? Label;
        return NamedBackends.AreNamed(counting)
            ? new(Source(label, KeyForm.Exact), NamedBackends.Given(request, counting))
            : new(Source(label, KeyForm.ClusterOfService), NamedBackends.OfServices(request, counting, '_'));
    }

    private static CounterSource Source(string label, KeyForm form) => new()
    {
        Id = $"{RequestSource.Envoy}({label},{form})",
        Kind = RequestSource.Envoy,
        Requests = new("envoy_cluster_upstream_rq"),
        Durations = new("envoy_cluster_upstream_rq_time_bucket") { UnitsPerSecond = 1_000 },
        Keys = [new(label, form)],
        IsError = labels => StatusCodes.IsServerError(labels["envoy_response_code"]),
        IsOwnLabel = name => name == label || name.StartsWith("envoy_", StringComparison.Ordinal),
    };
}
