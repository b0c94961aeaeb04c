using CanaryController.Core;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Rules;

/// <summary>A list of objects that a router's section names.</summary>
/// <param name="Section">The section: <c>gatewayAPI</c>.</param>
/// <param name="Field">The list in it: <c>httpRoutes</c>.</param>
/// <param name="Kind">Of what kind they are: <c>HTTPRoute</c>. One of another group than the kind's usual one names the group too.</param>
/// <param name="Routes">The objects.</param>
public sealed record RouteList(string Section, string Field, string Kind, EquatableArray<ListedRoute> Routes)
{
    /// <summary>A list of objects all of whose rules may be divided.</summary>
    internal RouteList(string section, string field, string kind, EquatableArray<RouteSection> routes)
        : this(section, field, kind, (EquatableArray<ListedRoute>)[.. routes.Select(route => new ListedRoute(route.Name, []))])
    {
    }

    /// <summary>The field is no list: it names one object.</summary>
    public bool IsOne { get; init; }

    /// <summary>Where the list stands in a Rollout.</summary>
    public string Path => $"spec.traffic.{Section}.{Field}";

    /// <summary>Where one of its objects stands.</summary>
    public string PathOf(int index) => IsOne ? Path : $"{Path}[{index}].name";
}

/// <summary>An object that a router's section names.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rules">The names of those of its rules that may be divided; none = all of them.</param>
public sealed record ListedRoute(string Name, EquatableArray<string> Rules);

/// <summary>What routers of Kubernetes divide.</summary>
public static class RouteLists
{
    /// <summary>The kind of <c>policy.linkerd.io</c>, which has the name of the Gateway API's.</summary>
    public const string PolicyHttpRoute = "HTTPRoute.policy.linkerd.io";

    /// <summary>The lists of the router that <paramref name="traffic"/> names, empty ones too; none where it names no such router, or leaves its section out.</summary>
    public static IReadOnlyList<RouteList> Of(TrafficSection traffic) => traffic.Router switch
    {
        RouterType.GatewayAPI => Of(traffic.GatewayApi),
        RouterType.Istio => Of(traffic.Istio),
        RouterType.Linkerd => Of(traffic.Linkerd),
        RouterType.SMI => Of(traffic.Smi),
        RouterType.Traefik => Of(traffic.Traefik),
        RouterType.Contour => Of(traffic.Contour),
        RouterType.IngressNginx => Of(traffic.IngressNginx),
        RouterType.Consul => Of(traffic.Consul),
        RouterType.Gateway or RouterType.ReplicaRatio or RouterType.HAProxy or null => [],
    };

    /// <summary>The lists of a section.</summary>
    internal static IReadOnlyList<RouteList> Of(object? section) => section switch
    {
        GatewayApiSection gateway =>
        [
            new("gatewayAPI", "httpRoutes", "HTTPRoute", gateway.HttpRoutes), new("gatewayAPI", "grpcRoutes", "GRPCRoute", gateway.GrpcRoutes), new("gatewayAPI", "tcpRoutes", "TCPRoute", gateway.TcpRoutes),
        ],
        IstioSection istio => [new("istio", "virtualServices", "VirtualService", (EquatableArray<ListedRoute>)[.. istio.VirtualServices.Select(each => new ListedRoute(each.Name, each.Routes))])],
        LinkerdSection linkerd =>
        [
            new("linkerd", "httpRoutes", "HTTPRoute", linkerd.HttpRoutes), new("linkerd", "grpcRoutes", "GRPCRoute", linkerd.GrpcRoutes),
            new("linkerd", "policyHTTPRoutes", PolicyHttpRoute, linkerd.PolicyHttpRoutes),
        ],
        SmiSection smi => [new("smi", "trafficSplits", "TrafficSplit", smi.TrafficSplits)],
        TraefikSection traefik =>
        [
            new("traefik", "traefikServices", "TraefikService", traefik.TraefikServices), new("traefik", "ingressRoutes", "IngressRoute", traefik.IngressRoutes),
            new("traefik", "ingressRouteTCPs", "IngressRouteTCP", traefik.IngressRouteTcps),
        ],
        ContourSection contour => [new("contour", "httpProxies", "HTTPProxy", contour.HttpProxies)],

        // On plain hosts it is no object, but the same service.
        ConsulSection consul =>
        [
            new("consul", "service", "ServiceSplitter", (EquatableArray<ListedRoute>)[new ListedRoute(consul.Service, [])]) { IsOne = true },
            .. consul.ServiceRouter ? (RouteList[])[new("consul", "serviceRouter", "ServiceRouter", (EquatableArray<ListedRoute>)[new ListedRoute(consul.Service, [])]) { IsOne = true }] : [],
        ],
        IngressNginxSection nginx => [new("ingressNginx", "ingresses", "Ingress", nginx.Ingresses)],
        _ => [],
    };
}
