using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Traffic.ConsulKubernetes;
using CanaryController.Manager.Traffic.IngressNginx;
using CanaryController.Manager.Traffic.Istio;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Manager.Workloads;
using CanaryController.Resources;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes;

/// <summary>Finds the rollouts that a changed object concerns, and wakes them. It looks names up in indexes: what one change costs does not grow with the number of rollouts.</summary>
internal sealed class ClusterWaker(IObjectCache<RolloutObject> rollouts, IRolloutWaker waker)
{
    /// <summary>
    /// A Rollout changed. A state that we wrote ourselves wakes it once more, which finds nothing to do; a status without another state is no news. By other labels other freezes mean it.
    /// </summary>
    public void Rollout(RolloutObject? before, RolloutObject? after)
    {
        if (after is null)
        {
            // What is remembered of it goes, and another rollout that named the same may lead now.
            waker.Wake(before!.Key, QueueLane.Prompt);
            foreach (var key in before.IndexKeys)
            {
                Wake(key);
            }

            return;
        }

        if (before is null || before.Meta.Uid != after.Meta.Uid || before.Meta.Generation != after.Meta.Generation || before.Meta.IsDeleting != after.Meta.IsDeleting
            || before.IsReleased != after.IsReleased || before.Labels != after.Labels || before.Status?.State != after.Status?.State)
        {
            waker.Wake(after.Key, after.Meta.IsDeleting || after.IsReleased ? QueueLane.Urgent : QueueLane.Prompt);
        }

        if (before is { IsLeft: false } && after.IsLeft)
        {
            // Another rollout may lead what it gave back.
            foreach (var key in after.IndexKeys)
            {
                Wake(key);
            }
        }
    }

    /// <summary>A command or an approval came; what stops a canary overtakes everything.</summary>
    public void Command(CommandObject? before, CommandObject? after)
    {
        if (after is { IsDone: false } && before is null)
        {
            waker.Wake(after.Target, after.Command?.Action is RolloutAction.Abort or RolloutAction.Reject ? QueueLane.Urgent : QueueLane.Prompt);
        }
    }

    /// <summary>A Deployment changed. One that we hold and that rolls all the same overtakes everything: a whole rollout can take a second.</summary>
    public void Deployment(DeploymentObject? before, DeploymentObject? after)
    {
        var isLoose = after is { IsPaused: false } && after.Meta.Annotations.ContainsKey(WorkloadMarks.Held);
        OfDeployment((after ?? before)!.Meta.Name, isLoose ? QueueLane.Urgent : QueueLane.Normal);
    }

    /// <summary>A ReplicaSet changed: it is its Deployment's, or ours.</summary>
    public void ReplicaSet(ReplicaSetObject? before, ReplicaSetObject? after)
    {
        foreach (var meta in new[] { before?.Meta, after?.Meta })
        {
            if (meta?.Controller is { Kind: "Deployment" } owner)
            {
                OfDeployment(new(meta.Name.Namespace, owner.Name));
            }
            else if (meta is not null)
            {
                Labelled(meta);
            }
        }
    }

    /// <summary>A holder changed.</summary>
    public void Holder(HolderObject? before, HolderObject? after) => Labelled((after ?? before)!.Meta);

    /// <summary>A Service changed.</summary>
    public void Service(ServiceObject? before, ServiceObject? after) => OfService((after ?? before)!.Meta.Name);

    /// <summary>A Service's endpoints changed.</summary>
    public void Endpoints(EndpointSliceObject? before, EndpointSliceObject? after) => OfService(new((after ?? before)!.Meta.Name.Namespace, (after ?? before)!.Service));

    /// <summary>An autoscaler changed.</summary>
    public void Autoscaler(AutoscalerObject? before, AutoscalerObject? after)
    {
        foreach (var scaler in new[] { before, after }.OfType<AutoscalerObject>())
        {
            OfDeployment(new(scaler.Meta.Name.Namespace, scaler.TargetName));
        }
    }

    /// <summary>A template changed: what its query measured before no longer counts.</summary>
    public void Template(MetricTemplateObject? before, MetricTemplateObject? after) => Wake(RolloutObject.TemplateKey((after ?? before)!.Meta.Name));

    /// <summary>A freeze came, changed or went, which is rare: of all rollouts that it may mean, those on the way or waiting to start look again.</summary>
    public void Freeze(FreezeWindowObject? before, FreezeWindowObject? after)
    {
        var ns = (after ?? before)!.Meta.Name.Namespace;
        foreach (var rollout in rollouts.All.Where(each => (ns.Length == 0 || each.Key.Namespace == ns) && IsUnderWay(each)))
        {
            waker.Wake(rollout.Key, QueueLane.Prompt);
        }
    }

    /// <summary>A route changed.</summary>
    public void Route(RouteObject? before, RouteObject? after) => Wake(RolloutObject.RouteKey((after ?? before)!.Id));

    /// <summary>A DestinationRule of Istio changed: it has a rollout's subsets, or a policy for one of its hosts.</summary>
    public void DestinationRule(DestinationRuleObject? before, DestinationRuleObject? after)
    {
        var rule = (after ?? before)!;
        Wake(RolloutObject.DestinationRuleKey(rule.Meta.Name.Namespace, rule.Meta.Name.Name));
        if (rule.Host.Service is { } service)
        {
            OfService(new(rule.Host.Namespace ?? rule.Meta.Name.Namespace, service));
        }
    }

    /// <summary>A ServiceResolver of Consul changed: it has the subsets of the splitter that is called the same.</summary>
    public void ServiceResolver(ServiceResolverObject? before, ServiceResolverObject? after) => BesideRoute(new(RouteKinds.ServiceSplitter, (after ?? before)!.Meta.Name));

    /// <summary>An Ingress changed: the user's, or ours beside it.</summary>
    public void Ingress(IngressObject? before, IngressObject? after) => Wake(RolloutObject.IngressKey((after ?? before)!.Meta.Name.Namespace, (after ?? before)!.Meta.Name.Name));

    /// <summary>What stands beside a Service changed, or beside several: it is found by keys that are those of <see cref="RolloutObject.ServiceKey"/>.</summary>
    public void BesideServices(IEnumerable<string> serviceKeys)
    {
        foreach (var key in serviceKeys)
        {
            Wake(key);
        }
    }

    /// <summary>What stands beside a route and is called the same changed.</summary>
    public void BesideRoute(RouteId id) => Wake(RolloutObject.RouteKey(id));

    /// <summary>Something changed that counts for a whole namespace, or with null for the cluster, which is rare: those of a router that are on the way or wait to start look again.</summary>
    public void UnderWay(RouterType router, string? ns)
    {
        foreach (var rollout in rollouts.All.Where(each => (ns is null || each.Key.Namespace == ns) && each.Content?.Target.Router == router && IsUnderWay(each)))
        {
            waker.Wake(rollout.Key, QueueLane.Normal);
        }
    }

    private static bool IsUnderWay(RolloutObject rollout) => rollout.Status?.State is { } state && (!state.Phase.IsAtRest() || state.Pending is not null);

    private void OfDeployment(ObjectName name, QueueLane lane = QueueLane.Normal) => Wake(RolloutObject.DeploymentKey(name.Namespace, name.Name), lane);

    private void OfService(ObjectName name) => Wake(RolloutObject.ServiceKey(name.Namespace, name.Name));

    private void Labelled(ObjectMeta meta)
    {
        if (meta.Labels.GetValueOrDefault(Marks.RolloutLabel) is { } rollout)
        {
            waker.Wake(new RolloutKey(meta.Name.Namespace, rollout), QueueLane.Normal);
        }
    }

    private void Wake(string key, QueueLane lane = QueueLane.Normal)
    {
        foreach (var rollout in rollouts.By(key))
        {
            waker.Wake(rollout.Key, lane);
        }
    }
}
