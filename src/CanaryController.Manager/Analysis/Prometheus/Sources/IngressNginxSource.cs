using CanaryController.Core;
using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>
/// ingress-nginx. All requests are counted under the Ingress that serves stable; those that went to the canary's backend carry its name, <c>NAMESPACE-SERVICE-PORT</c>, in the
/// label <c>canary</c>, which is empty for the others. Prometheus puts <c>exported_</c> before <c>namespace</c> and <c>service</c> unless it honours labels.
/// </summary>
internal static class IngressNginxSource
{
    /// <summary>The series of an Ingress.</summary>
    public static CountedBy Of(EvidenceRequest request, RequestCounting counting)
    {
        var namespaceLabel = counting.NamespaceLabel ?? "namespace";
        var ingressLabel = counting.ServiceLabel ?? "ingress";
        var versionLabel = counting.VersionLabel ?? "canary";
        var ns = request.Target.Cluster?.Rollout.Namespace ?? request.Key.Namespace;
        var canary = VersionNames.OfServices(request, counting).Canary;
        return new(
            Source(namespaceLabel, ingressLabel, versionLabel),
            [.. Ingresses(request, counting).SelectMany(ingress => (ArmSeries[])[new(Arm.Canary, [ns, ingress], $"{ns}-{canary}") { MayGoOn = true }, new(Arm.Stable, [ns, ingress], "")])]);
    }

    /// <summary>Those that the router divides; of another router, whose name nobody gave, one that is called as the Service.</summary>
    private static EquatableArray<string> Ingresses(EvidenceRequest request, RequestCounting counting) =>
        counting.StableName is { } given ? [SourceName.Of(given, request.State.StableRevision ?? "")]
        : request.Target.Cluster is { Ingresses.IsEmpty: false } cluster ? cluster.Ingresses
        : [ServicePlace.ApexOf(request)];

    private static CounterSource Source(string ns, string ingress, string version) => new()
    {
        Id = $"{RequestSource.IngressNginx}({ns},{ingress},{version})",
        Kind = RequestSource.IngressNginx,
        Requests = new("nginx_ingress_controller_requests"),
        Durations = new("nginx_ingress_controller_response_duration_seconds_bucket"),
        Keys = [new(ns), new(ingress)],
        Version = new(version, KeyForm.BeforePort),
        IsError = labels => StatusCodes.IsServerError(labels["status"]),
        IsOwnLabel = name => name == ns || name == ingress || name == version || name is "service" or "exported_service" or "host" or "status" or "path" or "method" or "canary",
    };
}
