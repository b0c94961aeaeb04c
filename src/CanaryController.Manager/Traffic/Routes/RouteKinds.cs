using CanaryController.Manager.Traffic.GatewayApi;
using CanaryController.Manager.Traffic.Linkerd;
using CanaryController.Manager.Traffic.Smi;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>The kinds of objects that routers divide.</summary>
internal static class RouteKinds
{
    public static readonly RouteKind HttpRoute = new HttpRouteKind();
    public static readonly RouteKind GrpcRoute = new GrpcRouteKind();
    public static readonly RouteKind TcpRoute = new TcpRouteKind();
    public static readonly RouteKind PolicyHttpRoute = new PolicyHttpRouteKind();
    public static readonly RouteKind TrafficSplit = new TrafficSplitKind();

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RouteKind> All { get; } = [HttpRoute, GrpcRoute, TcpRoute, PolicyHttpRoute, TrafficSplit];

    /// <summary>Those of a router; none for routers that divide something else.</summary>
    public static IReadOnlyList<RouteKind> Of(RouterType router) => router switch
    {
        RouterType.GatewayAPI => [HttpRoute, GrpcRoute, TcpRoute],
        RouterType.Istio => [],
        RouterType.Linkerd => [HttpRoute, GrpcRoute, PolicyHttpRoute],
        RouterType.SMI => [TrafficSplit],
        RouterType.Traefik => [],
        RouterType.Contour => [],
        RouterType.Gateway or RouterType.ReplicaRatio or RouterType.Consul or RouterType.HAProxy => [],
    };

    /// <summary>The objects that a rollout names, in order.</summary>
    public static IEnumerable<NamedRoute> Named(TrafficSection traffic) =>
        from list in RouteLists.Of(traffic)
        let kind = All.FirstOrDefault(each => each.Name == list.Kind)
        where kind is not null
        from route in list.Routes
        select new NamedRoute(kind, route.Name);

    /// <summary>The kind of an object that the API server names by group and kind; null for one that no router divides.</summary>
    public static RouteKind? Find(string group, string kind) => All.FirstOrDefault(each => each.Versions[0].Group == group && each.Versions[0].Kind == kind);

    /// <summary>The only controller whose word counts for a router; null where every controller's does.</summary>
    public static string? ControllerOf(RouterType router) => router is RouterType.Linkerd ? "linkerd.io/policy-controller" : null;
}
