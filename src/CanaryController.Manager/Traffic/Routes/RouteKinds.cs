using CanaryController.Core;
using CanaryController.Manager.Traffic.GatewayApi;
using CanaryController.Manager.Traffic.Istio;
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

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RouteKind> All { get; } = [HttpRoute, GrpcRoute, TcpRoute, VirtualService];

    /// <summary>Those of a router; none for routers that divide something else.</summary>
    public static IReadOnlyList<RouteKind> Of(RouterType router) => router switch
    {
        RouterType.GatewayAPI => [HttpRoute, GrpcRoute, TcpRoute],
        RouterType.Istio => [VirtualService],
        RouterType.Linkerd => [HttpRoute, GrpcRoute],
        RouterType.SMI => [],
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
        _ => new()
        {
            Router = RouterType.GatewayAPI,
            GatewayApi = new() { HttpRoutes = Names(routes, HttpRoute), GrpcRoutes = Names(routes, GrpcRoute), TcpRoutes = Names(routes, TcpRoute) },
        },
    };

    /// <summary>The first router that divides all of <paramref name="routes"/>: what is left of a rollout does not say by which one it did.</summary>
    private static RouterType RouterOf(IReadOnlyList<RouteId> routes) =>
        Enum.GetValues<RouterType>().FirstOrDefault(router => Of(router) is { Count: > 0 } kinds && routes.All(route => kinds.Contains(route.Kind)), RouterType.GatewayAPI);

    private static EquatableArray<RouteSection> Names(IReadOnlyList<RouteId> routes, RouteKind kind) =>
        [.. routes.Where(route => route.Kind == kind).Select(route => new RouteSection { Name = route.Name.Name })];
}
