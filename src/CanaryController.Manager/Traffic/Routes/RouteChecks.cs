using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.GatewayApi;
using CanaryController.Manager.Traffic.Linkerd;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>Registers what is asked before a canary gets more traffic.</summary>
internal static class RouteChecks
{
    /// <summary>Adds the checks of <paramref name="routers"/>, and informers for what they look at beside routes. Each kind needs list and watch; one that the cluster lacks counts as empty.</summary>
    public static IServiceCollection AddRouteChecks(this IServiceCollection services, IReadOnlyList<RouterType> routers)
    {
        if (routers.Contains(RouterType.GatewayAPI))
        {
            services.AddInformer(BackendTlsPolicyObject.Versions, BackendTlsPolicyObject.Project).AddSingleton<IRouteCheck, BackendTlsCheck>();
        }

        if (routers.Contains(RouterType.Linkerd))
        {
            services.AddInformer([ServiceProfileObject.Profiles], ServiceProfileObject.Project).AddSingleton<IRouteCheck, LinkerdCheck>();
        }

        return services;
    }
}
