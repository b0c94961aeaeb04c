using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.GatewayApi;

/// <summary>Registers what the Gateway API needs beside its routes.</summary>
internal static class GatewayApiRegistration
{
    /// <summary>Adds the watch of BackendTLSPolicies, and the companion over them.</summary>
    public static IServiceCollection AddGatewayApi(this IServiceCollection services) => services
        .AddInformer<BackendTlsPolicyObject>(BackendTlsPolicyObject.Versions, (item, _) => BackendTlsPolicyObject.Project(item))
        .AddBesideWatch<BackendTlsPolicyObject>((waker, policy) => waker.BesideServices(policy.IndexKeys))
        .AddSingleton<RouteCompanion, GatewayCompanion>();
}
