using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>Registers what Consul needs beside its ServiceSplitters.</summary>
internal static class ConsulKubernetesRegistration
{
    /// <summary>Adds the watches of ServiceResolvers, ServiceRouters and ServiceIntentions, and the companion over them.</summary>
    public static IServiceCollection AddConsulKubernetes(this IServiceCollection services) => services
        .AddInformer(ConsulApi.ServiceResolver, ServiceResolverObject.Project)
        .AddInformer(ServiceDetours.Kind, ServiceDetours.Project)
        .AddInformer(ServiceIntentionsObject.Kind, ServiceIntentionsObject.Project)
        .AddBesideWatch<ServiceDetours>((waker, router) => waker.BesideRoute(new(RouteKinds.ServiceSplitter, router.Meta.Name)))
        .AddBesideWatch<ServiceIntentionsObject>((waker, _) => waker.UnderWay(RouterType.Consul, null))
        .AddSingleton<ConsulSurroundings>()
        .AddSingleton<ServiceResolvers>()
        .AddSingleton<ResolverKeeper>()
        .AddSingleton<RouteCompanion, ConsulCompanion>();
}
