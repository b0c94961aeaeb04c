using System.Text.Json.Serialization;
using CanaryController.Core;

namespace CanaryController.Resources.Rollouts;

/// <summary>An object that is divided, in the rollout's namespace. Two rollouts never share one.</summary>
public sealed record RouteSection
{
    /// <summary>Its name: a DNS subdomain, at most 253 of <c>a-z 0-9 - .</c>. Required.</summary>
    public string Name { get; init; } = "";
}

/// <summary>
/// <c>spec.traffic.gatewayAPI</c>: routes of the Kubernetes Gateway API, at least one. Their rules that send to the service (for External: to one of the two versions) are divided; all
/// others stay as they are.
/// </summary>
public sealed record GatewayApiSection
{
    /// <summary>HTTPRoutes: at most 16, each named once.</summary>
    public EquatableArray<RouteSection> HttpRoutes { get; init; }

    /// <summary>GRPCRoutes: at most 16, each named once.</summary>
    public EquatableArray<RouteSection> GrpcRoutes { get; init; }

    /// <summary>TCPRoutes: at most 16, each named once. They divide connections, not requests.</summary>
    public EquatableArray<RouteSection> TcpRoutes { get; init; }
}

/// <summary><c>spec.traffic.istio</c>: VirtualServices, at least one. Their http, tls and tcp routes that send to the service are divided; all others stay as they are.</summary>
public sealed record IstioSection
{
    /// <summary>VirtualServices: at most 16, each named once. Delegates are named instead of the one that delegates to them.</summary>
    public EquatableArray<VirtualServiceSection> VirtualServices { get; init; }

    /// <summary>The DestinationRule whose subsets tell the versions apart. Left out: the versions have Services of their own, as hosts.</summary>
    public DestinationRuleSection? DestinationRule { get; init; }
}

/// <summary>A VirtualService that is divided, in the rollout's namespace. Two rollouts never share one.</summary>
public sealed record VirtualServiceSection
{
    /// <summary>Its name: a DNS subdomain, at most 253 of <c>a-z 0-9 - .</c>. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>The names of the http routes that may be divided: at most 16, each named once. Left out: all http, tls and tcp routes that send to the service.</summary>
    public EquatableArray<string> Routes { get; init; }
}

/// <summary><c>spec.traffic.istio.destinationRule</c>: a DestinationRule of the service, in the rollout's namespace. For Deployments only.</summary>
public sealed record DestinationRuleSection
{
    /// <summary>Its name: a DNS subdomain, at most 253 of <c>a-z 0-9 - .</c>. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>The name of stable's subset: a DNS label. It is added when it is not there. Default <c>stable</c>.</summary>
    public string Stable { get; init; } = "stable";

    /// <summary>The name of the canary's subset: a DNS label. It is added when it is not there. Default <c>canary</c>.</summary>
    public string Canary { get; init; } = "canary";
}

/// <summary><c>spec.traffic.linkerd</c>: routes whose parent is the Service, at least one.</summary>
public sealed record LinkerdSection
{
    /// <summary>HTTPRoutes of the Gateway API (<c>gateway.networking.k8s.io</c>): at most 16, each named once.</summary>
    public EquatableArray<RouteSection> HttpRoutes { get; init; }

    /// <summary>GRPCRoutes of the Gateway API: at most 16, each named once.</summary>
    public EquatableArray<RouteSection> GrpcRoutes { get; init; }

    /// <summary>HTTPRoutes of Linkerd's own group (<c>policy.linkerd.io</c>): at most 16, each named once.</summary>
    [JsonPropertyName("policyHTTPRoutes")]
    public EquatableArray<RouteSection> PolicyHttpRoutes { get; init; }
}

/// <summary><c>spec.traffic.smi</c>: TrafficSplits, at least one.</summary>
public sealed record SmiSection
{
    /// <summary>TrafficSplits (<c>split.smi-spec.io</c>): at most 16, each named once.</summary>
    public EquatableArray<RouteSection> TrafficSplits { get; init; }
}

/// <summary><c>spec.traffic.traefik</c>: TraefikServices, IngressRoutes or IngressRouteTCPs, at least one.</summary>
public sealed record TraefikSection
{
    /// <summary>TraefikServices with <c>weighted</c>, and with <c>mirroring</c> for steps that mirror: at most 16, each named once.</summary>
    public EquatableArray<RouteSection> TraefikServices { get; init; }

    /// <summary>IngressRoutes whose routes list services: at most 16, each named once.</summary>
    public EquatableArray<RouteSection> IngressRoutes { get; init; }

    /// <summary>IngressRouteTCPs whose routes list services; they divide connections: at most 16, each named once.</summary>
    [JsonPropertyName("ingressRouteTCPs")]
    public EquatableArray<RouteSection> IngressRouteTcps { get; init; }
}

/// <summary><c>spec.traffic.contour</c>: HTTPProxies, at least one.</summary>
public sealed record ContourSection
{
    /// <summary>HTTPProxies: at most 16, each named once.</summary>
    [JsonPropertyName("httpProxies")]
    public EquatableArray<RouteSection> HttpProxies { get; init; }
}

/// <summary>
/// <c>spec.traffic.ingressNginx</c>: Ingresses, at least one. Their paths that lead to the service are divided by a second Ingress beside each, <c>NAME-canary</c>; they themselves are never changed.
/// </summary>
public sealed record IngressNginxSection
{
    /// <summary>Ingresses: at most 16, each named once, with at most 246 characters.</summary>
    public EquatableArray<RouteSection> Ingresses { get; init; }
}
