using CanaryController.Core;
using CanaryController.Manager.Traffic.Contour;
using CanaryController.Manager.Traffic.GatewayApi;
using CanaryController.Manager.Traffic.Traefik;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>The kinds of objects that routers divide.</summary>
internal static class RouteKinds
{
    public static readonly RouteKind HttpRoute = new HttpRouteKind();
    public static readonly RouteKind GrpcRoute = new GrpcRouteKind();
    public static readonly RouteKind TcpRoute = new TcpRouteKind();

    public static readonly RouteKind HttpProxy = new HttpProxyKind();
    public static readonly RouteKind TraefikService = new TraefikServiceKind();
    public static readonly RouteKind IngressRoute = new IngressRouteKind();

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RouteKind> All { get; } = [HttpRoute, GrpcRoute, TcpRoute, HttpProxy, TraefikService, IngressRoute];

    /// <summary>Those of a router; none for routers that divide something else.</summary>
    public static IReadOnlyList<RouteKind> Of(RouterType router) => router switch
    {
        RouterType.GatewayAPI => [HttpRoute, GrpcRoute, TcpRoute],
        RouterType.Istio => [],
        RouterType.Linkerd => [HttpRoute, GrpcRoute],
        RouterType.SMI => [],
        RouterType.Traefik => [TraefikService, IngressRoute],
        RouterType.Contour => [HttpProxy],
        RouterType.IngressNginx or RouterType.Gateway or RouterType.ReplicaRatio or RouterType.Consul or RouterType.HAProxy => [],
    };

    /// <summary>It divides objects of a cluster, which have to be watched for it.</summary>
    public static bool IsWatched(RouterType router) => router is RouterType.IngressNginx || Of(router).Count > 0;

    /// <summary>The objects that a rollout names, in order.</summary>
    public static IEnumerable<NamedRoute> Named(TrafficSection traffic) =>
        from list in RouteLists.Of(traffic)
        let kind = All.FirstOrDefault(each => each.Name == list.Kind)
        where kind is not null
        from route in list.Routes
        select new NamedRoute(kind, route.Name);

    /// <summary>The kind of an object that the API server names by group and kind; null for one that no router divides.</summary>
    public static RouteKind? Find(string group, string kind) => All.FirstOrDefault(each => each.Versions[0].Group == group && each.Versions[0].Kind == kind);

    /// <summary>The section by which a rollout would name <paramref name="routes"/>; without any, that of the Gateway API.</summary>
    public static TrafficSection Section(IReadOnlyList<RouteId> routes) =>
        routes.Any(route => Of(RouterType.Traefik).Contains(route.Kind))
            ? new() { Router = RouterType.Traefik, Traefik = new() { TraefikServices = Names(routes, TraefikService), IngressRoutes = Names(routes, IngressRoute) } }
        : routes.Any(route => route.Kind == HttpProxy)
            ? new() { Router = RouterType.Contour, Contour = new() { HttpProxies = Names(routes, HttpProxy) } }
        : new()
        {
            Router = RouterType.GatewayAPI,
            GatewayApi = new() { HttpRoutes = Names(routes, HttpRoute), GrpcRoutes = Names(routes, GrpcRoute), TcpRoutes = Names(routes, TcpRoute) },
        };

    private static EquatableArray<RouteSection> Names(IReadOnlyList<RouteId> routes, RouteKind kind) =>
        [.. routes.Where(route => route.Kind == kind).Select(route => new RouteSection { Name = route.Name.Name })];
}
