using CanaryController.Manager.Analysis;
using CanaryController.Manager.Kubernetes.Admission.Certificates;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Leadership;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Traffic.ConsulKubernetes;
using CanaryController.Manager.Traffic.IngressNginx;
using CanaryController.Manager.Traffic.Istio;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Kubernetes;

/// <summary>Gives the workers their work: what the caches tell, and every rollout whenever this process begins to lead.</summary>
internal sealed class ClusterSource(
    ClusterCaches caches, ClusterRollouts rollouts, ClusterWaker changes, ClusterAnnouncer announcer, ILeadership leadership, LeaderElector elector, IRolloutWaker waker,
    AdmissionObjects? admission = null)
    : BackgroundService
{
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        caches.Rollouts.Changed += rollouts.Note;
        caches.Rollouts.Changed += changes.Rollout;
        caches.Commands.Changed += changes.Command;
        if (caches.Approvals is { } approvals)
        {
            approvals.Changed += changes.Command;
        }

        caches.Deployments.Changed += changes.Deployment;
        caches.ReplicaSets.Changed += changes.ReplicaSet;
        caches.Holders.Changed += changes.Holder;
        caches.Services.Changed += changes.Service;
        caches.Endpoints.Changed += changes.Endpoints;
        caches.Autoscalers.Changed += changes.Autoscaler;
        if (caches.Templates is { } templates)
        {
            templates.Changed += changes.Template;
        }

        if (caches.ClusterTemplates is { } clusterTemplates)
        {
            clusterTemplates.Changed += changes.Template;
        }

        if (caches.Freezes is { } freezes)
        {
            freezes.Changed += changes.Freeze;
        }

        if (caches.ClusterFreezes is { } clusterFreezes)
        {
            clusterFreezes.Changed += changes.Freeze;
        }

        FollowRoutes();
        if (admission is not null)
        {
            // Commands wait for the key that their stamps are checked with.
            admission.Changed += LookAtCommands;
        }

        elector.LeadershipChanged += leads =>
        {
            if (leads)
            {
                LookAtAll();
            }
        };
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await leadership.WhenLeadingAsync(stoppingToken);
            LookAtAll();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // It never led.
        }
    }

    private void FollowRoutes()
    {
        foreach (var routes in caches.Routes)
        {
            routes.Changed += changes.Route;
        }

        foreach (var beside in caches.Beside)
        {
            beside.Follow(changes);
        }

        if (caches.DestinationRules is { } rules)
        {
            rules.Changed += changes.DestinationRule;
        }

        if (caches.ServiceResolvers is { } resolvers)
        {
            resolvers.Changed += changes.ServiceResolver;
        }

        if (caches.Ingresses is { } ingresses)
        {
            ingresses.Changed += changes.Ingress;
        }
    }

    private void LookAtAll()
    {
        if (!leadership.IsLeading)
        {
            return;
        }

        foreach (var rollout in caches.Rollouts.All)
        {
            announcer.Retell(rollout);
            waker.Wake(rollout.Key, QueueLane.Normal);
        }

        LookAtCommands();
    }

    private void LookAtCommands()
    {
        foreach (var command in caches.Commands.All.Concat<CommandObject>(caches.Approvals?.All ?? []).Where(each => !each.IsDone))
        {
            waker.Wake(command.Target, QueueLane.Prompt);
        }
    }
}

/// <summary>What is watched.</summary>
internal sealed record ClusterCaches(
    ObjectCache<RolloutObject> Rollouts,
    ObjectCache<RolloutCommandObject> Commands,
    ObjectCache<DeploymentObject> Deployments,
    ObjectCache<ReplicaSetObject> ReplicaSets,
    ObjectCache<HolderObject> Holders,
    ObjectCache<ServiceObject> Services,
    ObjectCache<EndpointSliceObject> Endpoints,
    ObjectCache<AutoscalerObject> Autoscalers,
    IReadOnlyList<ObjectCache<RouteObject>> Routes)
{
    /// <summary>Approvals.</summary>
    public ObjectCache<ApprovalObject>? Approvals { get; init; }

    /// <summary>MetricTemplates.</summary>
    public ObjectCache<MetricTemplateObject>? Templates { get; init; }

    /// <summary>ClusterMetricTemplates; null where they are not read.</summary>
    public ObjectCache<ClusterMetricTemplateObject>? ClusterTemplates { get; init; }

    /// <summary>FreezeWindows.</summary>
    public ObjectCache<FreezeWindowObject>? Freezes { get; init; }

    /// <summary>ClusterFreezeWindows; null where they are not read.</summary>
    public ObjectCache<ClusterFreezeWindowObject>? ClusterFreezes { get; init; }

    /// <summary>DestinationRules of Istio; null where that router is not among those that are watched.</summary>
    public ObjectCache<DestinationRuleObject>? DestinationRules { get; init; }

    /// <summary>ServiceResolvers of Consul; null where that router is not among those that are watched.</summary>
    public ObjectCache<ServiceResolverObject>? ServiceResolvers { get; init; }

    /// <summary>What else wakes rollouts, as the routers that are watched say.</summary>
    public IReadOnlyList<IBesideWatch> Beside { get; init; } = [];

    /// <summary>Ingresses; null where no router divides them.</summary>
    public ObjectCache<IngressObject>? Ingresses { get; init; }
}
