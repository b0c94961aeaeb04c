using System.Text.Json.Serialization;

namespace CanaryController.Resources.Rollouts;

/// <summary><c>spec.traffic</c>: what splits the traffic.</summary>
public sealed record TrafficSection
{
    /// <summary>The router: what carries the requests on Kubernetes, or ReplicaRatio where nothing does; Gateway, Consul or HAProxy on plain hosts. Required.</summary>
    public RouterType? Router { get; init; }

    /// <summary>For Gateway: which one, and which route of it. Required there.</summary>
    public GatewaySection? Gateway { get; init; }

    /// <summary>For GatewayAPI: which routes. Required there.</summary>
    [JsonPropertyName("gatewayAPI")]
    public GatewayApiSection? GatewayApi { get; init; }

    /// <summary>For Istio: which VirtualServices. Required there.</summary>
    public IstioSection? Istio { get; init; }

    /// <summary>For Linkerd: which routes. Required there.</summary>
    public LinkerdSection? Linkerd { get; init; }

    /// <summary>For SMI: which TrafficSplits. Required there.</summary>
    [JsonPropertyName("smi")]
    public SmiSection? Smi { get; init; }

    /// <summary>For Traefik: which TraefikServices, IngressRoutes or IngressRouteTCPs. Required there.</summary>
    public TraefikSection? Traefik { get; init; }

    /// <summary>For Contour: which HTTPProxies. Required there.</summary>
    public ContourSection? Contour { get; init; }

    /// <summary>For IngressNginx: which Ingresses. Required there.</summary>
    public IngressNginxSection? IngressNginx { get; init; }

    /// <summary>For Consul: which service. Required there.</summary>
    public ConsulSection? Consul { get; init; }

    /// <summary>For HAProxy: which backend. Required there.</summary>
    [JsonPropertyName("haproxy")]
    public HAProxySection? HAProxy { get; init; }
}

/// <summary>Routers that this version supports.</summary>
public enum RouterType
{
    /// <summary>The product's own gateway, <c>canary-gateway</c>.</summary>
    Gateway,

    /// <summary>The HTTPRoutes of the Kubernetes Gateway API, whatever implements it.</summary>
    GatewayAPI,

    /// <summary>No router: one Service sends to all pods, and the canary's share is its share of the pods.</summary>
    ReplicaRatio,

    /// <summary>The VirtualServices of Istio.</summary>
    Istio,

    /// <summary>The HTTPRoutes and GRPCRoutes of Linkerd, whose parent is a Service.</summary>
    Linkerd,

    /// <summary>The TrafficSplits of the Service Mesh Interface, for old installations.</summary>
    SMI,

    /// <summary>The TraefikServices, IngressRoutes and IngressRouteTCPs of Traefik.</summary>
    Traefik,

    /// <summary>The HTTPProxies of Contour.</summary>
    Contour,

    /// <summary>The Ingresses of ingress-nginx, by a canary Ingress beside each. For Deployments only.</summary>
    IngressNginx,

    /// <summary>The config entries of a Consul service mesh.</summary>
    Consul,

    /// <summary>The server weights of an HAProxy, by its runtime API.</summary>
    HAProxy,
}

/// <summary><c>spec.traffic.gateway</c>: a route of the product's own gateway.</summary>
public sealed record GatewaySection
{
    /// <summary>The gateway's name in the manager's configuration: a DNS label. Default <c>default</c>.</summary>
    public string Name { get; init; } = "default";

    /// <summary>The route's name in that gateway's configuration: a DNS label. Two rollouts never share a route. Required.</summary>
    public string Route { get; init; } = "";
}
