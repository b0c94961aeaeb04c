using CanaryController.Manager.Api;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Leadership;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.IngressNginx;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Manager.Workloads;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes;

/// <summary>Registers what Kubernetes puts in the place of folder and SQLite.</summary>
internal static class KubernetesRegistration
{
    /// <summary>Adds all of it.</summary>
    public static IServiceCollection AddKubernetes(this IServiceCollection services, KubernetesOptions options)
    {
        services.AddKubernetesClient(options).AddWatched(options.Routers);
        services.AddSingleton<ClusterRemains>().AddSingleton<ClusterRollouts>().AddSingleton<IRolloutResources>(provider => provider.GetRequiredService<ClusterRollouts>());
        services.AddSingleton<ClusterCommands>().AddSingleton<ICommands>(provider => provider.GetRequiredService<ClusterCommands>());
        services.AddSingleton<ClusterEventLog>().AddSingleton<IEventLog>(provider => provider.GetRequiredService<ClusterEventLog>());
        services.AddSingleton<ClusterAnnouncer>().AddSingleton<ITransitionSignal>(provider => provider.GetRequiredService<ClusterAnnouncer>());
        services.AddSingleton<IClusterEvents>(provider => provider.GetRequiredService<ClusterAnnouncer>());
        services.AddSingleton<IRolloutStore, ClusterRolloutStore>().AddSingleton<ClusterWaker>().AddSingleton<ClusterSource>();
        services.AddSingleton<IReadiness, ClusterReadiness>().AddSingleton<ILeadership, ClusterLeadership>();
        services.AddClusterWorkloads(options.Hold).AddClusterRouters();

        // In this order: the announcer listens, the workers wait, the source hears every change, then the informers begin. They stop the other way round, the Lease is released last.
        services.AddLeadership();
        services.AddHostedService(provider => provider.GetRequiredService<ClusterAnnouncer>());
        services.AddHostedService<RolloutWorkers>();
        services.AddHostedService(provider => provider.GetRequiredService<ClusterSource>());
        services.AddHostedService<StrayKeeper>();
        services.AddHostedService<StartMemory>();
        services.AddCommandTrust(options.Admission);
        return options.Admission is { } admission ? services.AddAdmission(admission) : services;
    }

    private static void AddWatched(this IServiceCollection services, IReadOnlyList<RouterType> routers)
    {
        services.AddInformer<RolloutObject>(ObjectKind.Rollout, RolloutObject.Project);
        services.AddInformer<RolloutCommandObject>(ObjectKind.RolloutCommand, RolloutCommandObject.Project);
        services.AddInformer(ObjectKind.Deployment, DeploymentObject.Project);
        services.AddInformer(ObjectKind.ReplicaSet, ReplicaSetObject.Project);
        services.AddInformer(ObjectKind.ControllerRevision, HolderObject.Project, Marks.RolloutLabel);
        services.AddInformer(ObjectKind.Service, ServiceObject.Project);
        services.AddInformer(ObjectKind.EndpointSlice, EndpointSliceObject.Project);
        services.AddInformer(ObjectKind.HorizontalPodAutoscaler, AutoscalerObject.Project);
        if (routers.Contains(RouterType.IngressNginx))
        {
            services.AddInformer(ObjectKind.Ingress, IngressObject.Project);
        }

        services.AddRouteInformers([.. routers.SelectMany(RouteKinds.Of).Distinct()]);
        services.AddSingleton(provider => new ClusterCaches(
            provider.GetRequiredService<ObjectCache<RolloutObject>>(),
            provider.GetRequiredService<ObjectCache<RolloutCommandObject>>(),
            provider.GetRequiredService<ObjectCache<DeploymentObject>>(),
            provider.GetRequiredService<ObjectCache<ReplicaSetObject>>(),
            provider.GetRequiredService<ObjectCache<HolderObject>>(),
            provider.GetRequiredService<ObjectCache<ServiceObject>>(),
            provider.GetRequiredService<ObjectCache<EndpointSliceObject>>(),
            provider.GetRequiredService<ObjectCache<AutoscalerObject>>(),
            [.. provider.GetServices<RouteInformer>().Select(each => each.Informer.Cache)],
            provider.GetService<ObjectCache<IngressObject>>()));
    }
}
