using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Workloads;

/// <summary>
/// Marks that nobody answers for: a webhook whose replica has not heard yet that a rollout is gone, or was released, pauses its Deployment or pins its Service once more, and then nobody undoes it.
/// Such an object is told from one whose Rollout was taken away by force, where a canary may be waiting: of a rollout that left, nothing but the mark is there, or what a later one of that name
/// needs for another Deployment. Pure.
/// </summary>
internal sealed class StrayMarks(
    IObjectCache<RolloutObject> rollouts, IObjectCache<DeploymentObject> deployments, IObjectCache<ReplicaSetObject> sets, IObjectCache<HolderObject> holders, IObjectCache<ServiceObject> services)
{
    /// <summary>All lists were read once. What is missing before that may be there.</summary>
    public bool AreSynced => rollouts.IsSynced && deployments.IsSynced && sets.IsSynced && holders.IsSynced && services.IsSynced;

    /// <summary>The objects that carry one now.</summary>
    public IEnumerable<ICached> Find() => deployments.All.Concat<ICached>(services.All).Where(IsStray);

    /// <summary>The write that takes it away, or a part of it; null when nothing is left of it.</summary>
    public static WorkloadAction? Undo(ICached stray) => stray switch
    {
        DeploymentObject deployment when deployment.Meta.Annotations.ContainsKey(WorkloadMarks.Held) => HoldPlanner.Resumed(deployment),
        ServiceObject service when service.Meta.Annotations.ContainsKey(WorkloadMarks.Pinned) => ServicePlanner.Open(service),
        _ => null,
    };

    private bool IsStray(ICached item)
    {
        var meta = item.Meta;
        var (ns, name) = (meta.Name.Namespace, meta.Name.Name);
        var (mark, led) = item is DeploymentObject ? (WorkloadMarks.Held, RolloutObject.DeploymentKey(ns, name)) : (WorkloadMarks.Pinned, RolloutObject.ServiceKey(ns, name));
        if (meta.IsDeleting || meta.Annotations.GetValueOrDefault(mark) is not { } rollout || !rollouts.By(led).All(other => other.IsLeft))
        {
            return false;
        }

        var ours = ObjectKeys.Rollout(ns, rollout);
        return rollouts.Find(new(ns, rollout)) switch
        {
            null or { IsLeft: true } => IsGone(ours),
            { Meta.IsDeleting: false, Content: { } content } now => IsElsewhere(content.Resource.Spec, now, ours),
            _ => false,
        };
    }

    /// <summary>A rollout that leads something has at least the holder that stores stable's template.</summary>
    private bool IsGone(string ours) => holders.By(ours).Count == 0 && sets.By(ours).Count == 0 && services.By(ours).Count == 0;

    /// <summary>One that came at once under the same name, for another Deployment: all that carries the name is about that one. Its holders cannot be told from those of the former.</summary>
    private bool IsElsewhere(SpecSection spec, RolloutObject now, string ours) =>
        spec.Workload is { Kind: WorkloadType.Deployment, Name: { } deployment }
        && sets.By(ours).All(set => set.Meta.Controller is { Kind: "Deployment" } owner ? owner.Name == deployment : SetName.IsOf(set, deployment))
        && services.By(ours).All(service => now.IndexKeys.Contains(RolloutObject.ServiceKey(service.Meta.Name.Namespace, service.Meta.Name.Name)));
}
