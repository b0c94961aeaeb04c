using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Rules;

/// <summary>What a router of plain hosts divides, which belongs to one rollout.</summary>
/// <param name="Kind">Of what: <c>gateway</c>, <c>Consul agent</c>, <c>HAProxy</c>.</param>
/// <param name="Owner">Its name in the manager's configuration.</param>
/// <param name="Name">The route's, service's or backend's name; null when it is not said.</param>
/// <param name="Path">The field that says so.</param>
public sealed record PlainRoute(string Kind, string Owner, string? Name, string Path)
{
    private const string Gateway = "gateway";
    private const string Agent = "Consul agent";
    private const string Proxy = "HAProxy";

    /// <summary>What <paramref name="traffic"/> divides; null for routers of Kubernetes, and without a router.</summary>
    public static PlainRoute? Of(TrafficSection traffic) => traffic.Router switch
    {
        RouterType.Gateway => new(Gateway, traffic.Gateway?.Name ?? "", traffic.Gateway?.Route, "spec.traffic.gateway.route"),
        RouterType.Consul => new(Agent, traffic.Consul?.Name ?? "", traffic.Consul?.Service, "spec.traffic.consul.service"),
        RouterType.HAProxy => new(Proxy, traffic.HAProxy?.Name ?? "", traffic.HAProxy?.Backend, "spec.traffic.haproxy.backend"),
        RouterType.GatewayAPI or RouterType.ReplicaRatio or RouterType.Istio or RouterType.Linkerd or RouterType.SMI or RouterType.Traefik or RouterType.Contour or RouterType.IngressNginx or null => null,
    };

    /// <summary>What a kind divides, in a word; null for a kind that is none of these.</summary>
    public static string? Noun(string kind) => kind switch
    {
        Gateway => "route",
        Agent => "service",
        Proxy => "backend",
        _ => null,
    };
}
