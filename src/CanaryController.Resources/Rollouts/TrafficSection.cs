using System.Text.Json.Serialization;
using CanaryController.Core;

namespace CanaryController.Resources.Rollouts;

/// <summary><c>spec.traffic</c>: what splits the traffic.</summary>
public sealed record TrafficSection
{
    /// <summary>The router: GatewayAPI or ReplicaRatio on Kubernetes; Gateway, Consul or HAProxy on plain hosts. Required.</summary>
    public RouterType? Router { get; init; }

    /// <summary>For Gateway: which one, and which route of it. Required there.</summary>
    public GatewaySection? Gateway { get; init; }

    /// <summary>For GatewayAPI: which routes. Required there.</summary>
    [JsonPropertyName("gatewayAPI")]
    public GatewayApiSection? GatewayApi { get; init; }

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

/// <summary><c>spec.traffic.gatewayAPI</c>: routes of the Kubernetes Gateway API.</summary>
public sealed record GatewayApiSection
{
    /// <summary>
    /// The HTTPRoutes, in the rollout's namespace: 1 to 16, each named once. Their rules that send to the service (for External: to one of the two versions) are divided; all
    /// others stay as they are. Two rollouts never share an HTTPRoute. Required.
    /// </summary>
    public EquatableArray<HttpRouteSection> HttpRoutes { get; init; }
}

/// <summary><c>spec.traffic.gatewayAPI.httpRoutes[]</c>: an HTTPRoute.</summary>
public sealed record HttpRouteSection
{
    /// <summary>Its name: a DNS subdomain, at most 253 of <c>a-z 0-9 - .</c>. Required.</summary>
    public string Name { get; init; } = "";
}
