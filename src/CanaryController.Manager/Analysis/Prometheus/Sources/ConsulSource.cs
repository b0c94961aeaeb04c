using CanaryController.Core.Analysis;
using CanaryController.Manager.Traffic.Consul;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>
/// The Envoy proxies of a Consul service mesh, on the side that sends. Their clusters carry the service and its subset, which a service resolver names after the version (of a
/// Deployment: <c>stable</c> and <c>canary</c>).
/// Envoy charges a cluster with requests that reached nobody as 503.
/// </summary>
internal static class ConsulSource
{
    /// <summary>A service's series, told apart by the subset.</summary>
    public static CountedBy Of(EvidenceRequest request, RequestCounting counting)
    {
        var service = counting.ServiceLabel ?? "consul_destination_service";
        var version = counting.VersionLabel ?? "consul_destination_service_subset";
        var names = VersionNames.OfRoles(request, counting, VersionSubset.NameOf);
        var name = request.Target.Cluster?.Service ?? request.Target.Route;
        return new(Source(service, version), names.Arms(each => new ArmSeries(each.Arm, [name], each.Name)));
    }

    private static CounterSource Source(string service, string version) => new()
    {
        Id = $"{RequestSource.Consul}({service},{version})",
        Kind = RequestSource.Consul,
        Requests = new("envoy_cluster_upstream_rq_xx"),
        Durations = new("envoy_cluster_upstream_rq_time_bucket") { UnitsPerSecond = 1_000 },
        Keys = [new(service)],
        Version = new(version),
        IsError = labels => labels["envoy_response_code_class"] is { Length: > 0 } digit ? digit is "5" : null,
        IsOwnLabel = name => name == service || name == version || IsOwn(name),
    };

    /// <summary>Consul's Envoys label every series with themselves (<c>local_cluster</c> and the like): those tell targets apart.</summary>
    private static bool IsOwn(string name) =>
        name.StartsWith("envoy_", StringComparison.Ordinal) || name.StartsWith("consul_destination_", StringComparison.Ordinal);
}
