using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.IngressNginx;
using CanaryController.Manager.Traffic.ReplicaRatio;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic;

/// <summary>Registers the routers of a cluster.</summary>
internal static class ClusterRoutersRegistration
{
    /// <summary>Adds <see cref="ITrafficRouter"/> over route objects and pod counts. Needs the API, the caches of route objects, Services, EndpointSlices and ReplicaSets, the fence and the clock.</summary>
    public static IServiceCollection AddClusterRouters(this IServiceCollection services) => services
        .AddSingleton<RouteObjects>()
        .AddSingleton<RouteContention>()
        .AddSingleton<RouteDivider>()
        .AddSingleton<RouteReturner>()
        .AddSingleton<RouteObjectRouter>()
        .AddSingleton<ReplicaRatioRouter>()
        .AddSingleton<IngressContention>()
        .AddSingleton<CanaryIngresses>()
        .AddSingleton<IngressNginxRouter>()
        .AddSingleton<ITrafficRouter, ClusterRouters>();

    /// <summary>Adds an informer a kind, and <see cref="RouteCaches"/> over all of them.</summary>
    public static IServiceCollection AddRouteInformers(this IServiceCollection services, IReadOnlyList<RouteKind> kinds)
    {
        foreach (var kind in kinds)
        {
            services.AddKeyedSingleton(kind, (provider, _) => Informer(provider, kind));
            services.AddSingleton<IInformer>(provider => provider.GetRequiredKeyedService<Informer<RouteObject>>(kind));
            services.AddSingleton(provider => new RouteInformer(kind, provider.GetRequiredKeyedService<Informer<RouteObject>>(kind)));
        }

        return services.AddSingleton(provider => new RouteCaches(provider.GetServices<RouteInformer>().Select(each => new RouteCache(each.Kind, each.Informer.Cache))));
    }

    private static Informer<RouteObject> Informer(IServiceProvider provider, RouteKind kind) => new(
        provider.GetRequiredService<KubeTransport>(),
        kind.Versions,
        provider.GetRequiredService<KubernetesOptions>().Namespaces,
        kind.Project,
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<Informer<RouteObject>>>(),
        kind.Kept);
}

/// <summary>Keeps the objects of a kind.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Informer">Its informer.</param>
internal sealed record RouteInformer(RouteKind Kind, Informer<RouteObject> Informer);
