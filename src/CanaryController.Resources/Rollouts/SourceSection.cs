using CanaryController.Core.Analysis;

namespace CanaryController.Resources.Rollouts;

/// <summary><c>spec.analysis.sourceLabels</c>: what the labels are called in Prometheus where a source's series do not have their usual ones. Each is a Prometheus label name.</summary>
public sealed record SourceLabelsSection
{
    /// <summary>
    /// The label that holds the version. For Consul, Application, OpenTelemetry, IngressNginx, and Istio's client view, which it makes tell subsets apart. Default: the source's usual one;
    /// for Application and OpenTelemetry on Kubernetes none, since pods tell the versions apart.
    /// </summary>
    public string? Version { get; init; }

    /// <summary>The label that holds the pod's name. For Istio's server view, Application and OpenTelemetry on Kubernetes. Default <c>pod</c>.</summary>
    public string? Pod { get; init; }

    /// <summary>
    /// The label that holds the namespace, like <c>exported_namespace</c> where Prometheus does not honour labels. For Istio, Linkerd, IngressNginx, and on Kubernetes Application and
    /// OpenTelemetry. Default: the source's usual one.
    /// </summary>
    public string? Namespace { get; init; }

    /// <summary>
    /// The label that holds the name of the service, Envoy cluster or Ingress. For Istio's client view, Linkerd, Consul, Envoy, Traefik, IngressNginx, Application and OpenTelemetry.
    /// Default: the source's usual one; <c>job</c> for Application and OpenTelemetry.
    /// </summary>
    public string? Service { get; init; }
}

/// <summary>
/// <c>spec.analysis.sourceNames</c>: what the versions are called where a source tells them apart, if not as usual; <c>{{ version }}</c> is filled in. For Istio's client view, Linkerd,
/// Consul, Envoy, Traefik and IngressNginx.
/// </summary>
public sealed record SourceNamesSection
{
    /// <summary>Stable's name; for IngressNginx the Ingress that serves stable. At most 253 characters.</summary>
    public string? Stable { get; init; }

    /// <summary>The canary's name; for IngressNginx its Service. At most 253 characters.</summary>
    public string? Canary { get; init; }
}

/// <summary>Who counts the requests of a rollout.</summary>
public static class EffectiveSource
{
    /// <summary>What is said, else what is certain from the router; null when neither.</summary>
    public static RequestSource? Of(SpecSection spec) => spec.Analysis.Source ?? spec.Traffic.Router switch
    {
        RouterType.Gateway => RequestSource.Gateway,
        RouterType.Consul => RequestSource.Consul,
        RouterType.HAProxy => RequestSource.HAProxy,
        RouterType.Istio => RequestSource.Istio,
        RouterType.Linkerd => RequestSource.Linkerd,
        RouterType.Traefik => RequestSource.Traefik,
        RouterType.Contour => RequestSource.Envoy,
        RouterType.IngressNginx => RequestSource.IngressNginx,

        // Whoever implements it counts: nothing says who that is.
        RouterType.GatewayAPI or RouterType.ReplicaRatio or RouterType.SMI or null => null,
    };

    /// <summary>The end that counts: what is said, else the server's for subsets of one Service, which clients see as one, else the client's.</summary>
    public static RequestView ViewOf(SpecSection spec) =>
        spec.Analysis.SourceView
        ?? (Of(spec) is RequestSource.Istio && HasSubsets(spec) && spec.Analysis.SourceLabels?.Version is null ? RequestView.Server : RequestView.Client);

    /// <summary>True when the versions are subsets of one Service.</summary>
    public static bool HasSubsets(SpecSection spec) => spec.Traffic is { Router: RouterType.Istio, Istio.DestinationRule: not null };
}
