using CanaryController.Core;
using CanaryController.Manager.Traffic.ConsulKubernetes;
using CanaryController.Manager.Traffic.Contour;
using CanaryController.Manager.Traffic.GatewayApi;
using CanaryController.Manager.Traffic.Istio;
using CanaryController.Manager.Traffic.Linkerd;
using CanaryController.Manager.Traffic.Smi;
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
    public static readonly RouteKind VirtualService = new VirtualServiceKind();
    public static readonly RouteKind PolicyHttpRoute = new PolicyHttpRouteKind();
    public static readonly RouteKind TrafficSplit = new TrafficSplitKind();

    public static readonly RouteKind HttpProxy = new HttpProxyKind();
    public static readonly RouteKind TraefikService = new TraefikServiceKind();
    public static readonly RouteKind IngressRoute = new IngressRouteKind();
    public static readonly RouteKind IngressRouteTcp = new IngressRouteTcpKind();
    public static readonly RouteKind ServiceSplitter = new ServiceSplitterKind();
    public static readonly RouteKind ServiceRouter = new ServiceRouterKind();

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RouteKind> All { get; } = [HttpRoute, GrpcRoute, TcpRoute, VirtualService, PolicyHttpRoute, TrafficSplit, HttpProxy, TraefikService, IngressRoute, IngressRouteTcp, ServiceSplitter, ServiceRouter];

    /// <summary>Those of a router; none for routers that divide something else.</summary>
    public static IReadOnlyList<RouteKind> Of(RouterType router) => router switch
    {
        RouterType.GatewayAPI => [HttpRoute, GrpcRoute, TcpRoute],
        RouterType.Istio => [VirtualService],
        RouterType.Linkerd => [HttpRoute, GrpcRoute, PolicyHttpRoute],
        RouterType.SMI => [TrafficSplit],
        RouterType.Traefik => [TraefikService, IngressRoute, IngressRouteTcp],
        RouterType.Contour => [HttpProxy],
        RouterType.Consul => [ServiceSplitter, ServiceRouter],
        RouterType.IngressNginx or RouterType.Gateway or RouterType.ReplicaRatio or RouterType.HAProxy => [],
    };

    /// <summary>It divides objects of a cluster, which have to be watched for it.</summary>
    public static bool IsWatched(RouterType router) => router is RouterType.IngressNginx || Of(router).Count > 0;

    /// <summary>The objects that a rollout names, in order.</summary>
    public static IEnumerable<NamedRoute> Named(TrafficSection traffic) =>
        from list in RouteLists.Of(traffic)
        let kind = All.FirstOrDefault(each => each.Name == list.Kind)
        where kind is not null
        from route in list.Routes
        select new NamedRoute(kind, route.Name) { Rules = route.Rules };

    /// <summary>The kind of an object that the API server names by group and kind; null for one that no router divides.</summary>
    public static RouteKind? Find(string group, string kind) => All.FirstOrDefault(each => each.Versions[0].Group == group && each.Versions[0].Kind == kind);

    /// <summary>The section by which a rollout would name <paramref name="routes"/>, all of one router; without any, that of the Gateway API.</summary>
    /// <param name="routes">The objects.</param>
    /// <param name="subsets">Istio's, where the versions are told apart by them.</param>
    public static TrafficSection Section(IReadOnlyList<RouteId> routes, VersionSubsets? subsets = null) => RouterOf(routes) switch
    {
        RouterType.Istio => new()
        {
            Router = RouterType.Istio,
            Istio = new()
            {
                VirtualServices = [.. Names(routes, VirtualService).Select(route => new VirtualServiceSection { Name = route.Name })],
                DestinationRule = subsets is null ? null : new() { Name = subsets.Rule, Stable = subsets.Stable, Canary = subsets.Canary },
            },
        },
        RouterType.Linkerd => new()
        {
            Router = RouterType.Linkerd,
            Linkerd = new() { HttpRoutes = Names(routes, HttpRoute), GrpcRoutes = Names(routes, GrpcRoute), PolicyHttpRoutes = Names(routes, PolicyHttpRoute) },
        },
        RouterType.SMI => new() { Router = RouterType.SMI, Smi = new() { TrafficSplits = Names(routes, TrafficSplit) } },
        RouterType.Traefik => new()
        {
            Router = RouterType.Traefik,
            Traefik = new() { TraefikServices = Names(routes, TraefikService), IngressRoutes = Names(routes, IngressRoute), IngressRouteTcps = Names(routes, IngressRouteTcp) },
        },
        RouterType.Consul => new() { Router = RouterType.Consul, Consul = new() { Service = routes[0].Name.Name, ServiceRouter = routes.Any(route => route.Kind == ServiceRouter) } },
        RouterType.Contour => new() { Router = RouterType.Contour, Contour = new() { HttpProxies = Names(routes, HttpProxy) } },
        _ => new()
        {
            Router = RouterType.GatewayAPI,
            GatewayApi = new() { HttpRoutes = Names(routes, HttpRoute), GrpcRoutes = Names(routes, GrpcRoute), TcpRoutes = Names(routes, TcpRoute) },
        },
    };

    /// <summary>The first router that divides all of <paramref name="routes"/>: what is left of a rollout does not say by which one it did.</summary>
    private static RouterType RouterOf(IReadOnlyList<RouteId> routes) =>
        Enum.GetValues<RouterType>().FirstOrDefault(router => Of(router) is { Count: > 0 } kinds && routes.All(route => kinds.Contains(route.Kind)), RouterType.GatewayAPI);

    /// <summary>The only controller whose word counts for a router; null where every controller's does.</summary>
    public static string? ControllerOf(RouterType router) => router is RouterType.Linkerd ? "linkerd.io/policy-controller" : null;

    private static EquatableArray<RouteSection> Names(IReadOnlyList<RouteId> routes, RouteKind kind) =>
        [.. routes.Where(route => route.Kind == kind).Select(route => new RouteSection { Name = route.Name.Name })];
}
