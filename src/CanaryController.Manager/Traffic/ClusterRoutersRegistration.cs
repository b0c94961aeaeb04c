using CanaryController.Manager.Traffic.GatewayApi;
using CanaryController.Manager.Traffic.ReplicaRatio;

namespace CanaryController.Manager.Traffic;

/// <summary>Registers the routers of a cluster.</summary>
internal static class ClusterRoutersRegistration
{
    /// <summary>Adds <see cref="ITrafficRouter"/> over HTTPRoutes and pod counts. Needs the API, the caches of HTTPRoutes, Services, EndpointSlices and ReplicaSets, the fence and the clock.</summary>
    public static IServiceCollection AddClusterRouters(this IServiceCollection services) => services
        .AddSingleton<RouteObjects>()
        .AddSingleton<RouteContention>()
        .AddSingleton<RouteDivider>()
        .AddSingleton<RouteReturner>()
        .AddSingleton<GatewayApiRouter>()
        .AddSingleton<ReplicaRatioRouter>()
        .AddSingleton<ITrafficRouter, ClusterRouters>();
}
