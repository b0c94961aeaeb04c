using CanaryController.Manager.Analysis;
using CanaryController.Manager.Api;
using CanaryController.Manager.Approvals.Slack;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Leadership;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Notifications;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.ConsulKubernetes;
using CanaryController.Manager.Traffic.GatewayApi;
using CanaryController.Manager.Traffic.IngressNginx;
using CanaryController.Manager.Traffic.Istio;
using CanaryController.Manager.Traffic.Linkerd;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Manager.Traffic.Traefik;
using CanaryController.Manager.Workloads;
using CanaryController.Resources.Rollouts;
using MediatR;

namespace CanaryController.Manager.Kubernetes;

/// <summary>Registers what Kubernetes puts in the place of folder and SQLite.</summary>
internal static class KubernetesRegistration
{
    /// <summary>Adds all of it.</summary>
    public static IServiceCollection AddKubernetes(this IServiceCollection services, KubernetesOptions options)
    {
        services.AddKubernetesClient(options).AddWatched(options);
        services.AddSingleton<ClusterRemains>().AddSingleton<ClusterRollouts>().AddSingleton<IRolloutResources>(provider => provider.GetRequiredService<ClusterRollouts>());
        services.AddSingleton<ClusterCommands>().AddSingleton<ICommands>(provider => provider.GetRequiredService<ClusterCommands>());
        services.AddSingleton<ClusterEventLog>().AddSingleton<IEventLog>(provider => provider.GetRequiredService<ClusterEventLog>());
        services.AddSingleton<ClusterAnnouncer>().AddSingleton<ITransitionSignal>(provider => provider.GetRequiredService<ClusterAnnouncer>());
        services.AddSingleton<IClusterEvents>(provider => provider.GetRequiredService<ClusterAnnouncer>());
        services.AddSingleton<ClusterDeliveries>();
        services.AddSingleton<INotificationHandler<RolloutTransitioned>>(provider => provider.GetRequiredService<ClusterDeliveries>());
        services.AddSingleton<INotificationHandler<RolloutRetold>>(provider => provider.GetRequiredService<ClusterDeliveries>());
        services.AddSingleton<INotificationHandler<GateDecided>>(provider => provider.GetRequiredService<ClusterDeliveries>());
        services.AddSingleton<IRolloutStore, ClusterRolloutStore>().AddSingleton<ClusterWaker>().AddSingleton<ClusterSource>();
        services.AddSingleton<IReadiness, ClusterReadiness>().AddSingleton<ILeadership, ClusterLeadership>();
        services.AddClusterWorkloads(options.Hold).AddClusterRouters();

        // In this order: the announcer listens, the workers wait, the source hears every change, then the informers begin. They stop the other way round, the Lease is released last.
        services.AddHostedService<ClusterBell>();
        services.AddLeadership();
        services.AddHostedService(provider => provider.GetRequiredService<ClusterAnnouncer>());
        services.AddHostedService<RolloutWorkers>();
        services.AddHostedService(provider => provider.GetRequiredService<ClusterSource>());
        services.AddHostedService<StrayKeeper>();
        services.AddHostedService<StartMemory>();
        services.AddCommandTrust(options.Admission);
        return options.Admission is { } admission ? services.AddAdmission(admission) : services;
    }

    /// <summary>What the routers that are chosen look at: the objects that they divide, and those beside them.</summary>
    private static void AddRoutersWatched(this IServiceCollection services, KubernetesOptions options)
    {
        if (options.Routers.Contains(RouterType.GatewayAPI))
        {
            services.AddGatewayApi();
        }

        if (options.Routers.Contains(RouterType.Linkerd))
        {
            services.AddLinkerd();
        }

        if (options.Routers.Contains(RouterType.Istio))
        {
            services.AddIstio();
        }

        if (options.Routers.Contains(RouterType.Traefik))
        {
            services.AddTraefik();
        }

        if (options.Routers.Contains(RouterType.Consul))
        {
            services.AddConsulKubernetes();
        }

        if (options.Routers.Contains(RouterType.IngressNginx))
        {
            services.AddInformer(ObjectKind.Ingress, IngressObject.Project);
        }

        services.AddRouteInformers([.. options.Routers.SelectMany(RouteKinds.Of).Distinct()]);
    }

    private static void AddFreezes(this IServiceCollection services, KubernetesOptions options)
    {
        services.AddInformer(ObjectKind.FreezeWindow, FreezeWindowObject.Project);
        if (options.Namespaces.Count == 0)
        {
            services.AddInformer(ObjectKind.ClusterFreezeWindow, ClusterFreezeWindowObject.Project);
        }

        services.AddSingleton<IFreezeKeeper>(provider => new ClusterFreezeKeeper(
            provider.GetRequiredService<IKubeApi>(), provider.GetRequiredService<IObjectCache<FreezeWindowObject>>(), options.Namespaces));
        services.AddSingleton<IFreezes>(provider => new ClusterFreezes(
            provider.GetRequiredService<IObjectCache<FreezeWindowObject>>(), provider.GetService<IObjectCache<ClusterFreezeWindowObject>>()));
    }

    private static void AddWatched(this IServiceCollection services, KubernetesOptions options)
    {
        services.AddInformer<RolloutObject>(ObjectKind.Rollout, RolloutObject.Project, kept: RolloutObject.Kept);
        services.AddInformer<RolloutCommandObject>(ObjectKind.RolloutCommand, RolloutCommandObject.Project);
        services.AddInformer(ObjectKind.Approval, ApprovalObject.Project);
        services.AddSingleton<ISlackMessages, ClusterSlackMessages>();
        services.AddInformer(ObjectKind.NotificationChannel, NotificationChannelObject.Project);
        services.AddSingleton<INotificationChannels, ClusterChannels>().AddSingleton<ISecretTexts, ClusterSecrets>();
        services.AddInformer(ObjectKind.MetricTemplate, MetricTemplateObject.Project);
        if (options.Namespaces.Count == 0)
        {
            services.AddInformer(ObjectKind.ClusterMetricTemplate, ClusterMetricTemplateObject.Project);
        }

        services.AddFreezes(options);

        services.AddSingleton<IMetricTemplates>(provider => new ClusterTemplates(
            provider.GetRequiredService<IObjectCache<MetricTemplateObject>>(), provider.GetService<IObjectCache<ClusterMetricTemplateObject>>()));
        services.AddInformer(ObjectKind.Deployment, DeploymentObject.Project, kept: DeploymentObject.Kept);
        services.AddInformer(ObjectKind.ReplicaSet, ReplicaSetObject.Project, kept: ReplicaSetObject.Kept);
        services.AddInformer(ObjectKind.ControllerRevision, HolderObject.Project, Marks.RolloutLabel, HolderObject.Kept);
        services.AddInformer(ObjectKind.Service, ServiceObject.Project, kept: ServiceObject.Kept);
        services.AddInformer(ObjectKind.EndpointSlice, EndpointSliceObject.Project, kept: EndpointSliceObject.Kept);
        services.AddInformer(ObjectKind.HorizontalPodAutoscaler, AutoscalerObject.Project, kept: AutoscalerObject.Kept);
        services.AddRoutersWatched(options);
        services.AddSingleton(provider => new ClusterCaches(
            provider.GetRequiredService<ObjectCache<RolloutObject>>(),
            provider.GetRequiredService<ObjectCache<RolloutCommandObject>>(),
            provider.GetRequiredService<ObjectCache<DeploymentObject>>(),
            provider.GetRequiredService<ObjectCache<ReplicaSetObject>>(),
            provider.GetRequiredService<ObjectCache<HolderObject>>(),
            provider.GetRequiredService<ObjectCache<ServiceObject>>(),
            provider.GetRequiredService<ObjectCache<EndpointSliceObject>>(),
            provider.GetRequiredService<ObjectCache<AutoscalerObject>>(),
            [.. provider.GetServices<RouteInformer>().Select(each => each.Informer.Cache)])
        {
            Approvals = provider.GetRequiredService<ObjectCache<ApprovalObject>>(),
            Templates = provider.GetRequiredService<ObjectCache<MetricTemplateObject>>(),
            Freezes = provider.GetRequiredService<ObjectCache<FreezeWindowObject>>(),
            ClusterFreezes = provider.GetService<ObjectCache<ClusterFreezeWindowObject>>(),
            ClusterTemplates = provider.GetService<ObjectCache<ClusterMetricTemplateObject>>(),
            Ingresses = provider.GetService<ObjectCache<IngressObject>>(),
            DestinationRules = provider.GetService<ObjectCache<DestinationRuleObject>>(),
            Beside = [.. provider.GetServices<IBesideWatch>()],
            ServiceResolvers = provider.GetService<ObjectCache<ServiceResolverObject>>(),
        });
    }
}
