using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>Registers what Consul needs beside its ServiceSplitters.</summary>
internal static class ConsulKubernetesRegistration
{
    /// <summary>Adds the watch of ServiceResolvers, and the companion over them.</summary>
    public static IServiceCollection AddConsulKubernetes(this IServiceCollection services) => services
        .AddInformer(ConsulApi.ServiceResolver, ServiceResolverObject.Project)
        .AddSingleton<ServiceResolvers>()
        .AddSingleton<ResolverKeeper>()
        .AddSingleton<RouteCompanion, ConsulCompanion>();
}
