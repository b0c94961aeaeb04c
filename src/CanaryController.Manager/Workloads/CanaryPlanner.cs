using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Workloads;

/// <summary>Makes the canary's ReplicaSet, or takes over one that exists, and gives it the size that was decided.</summary>
internal static class CanaryPlanner
{
    public static void Plan(WorkloadView view, WorkloadPlan plan)
    {
        if (view.CanaryRevision is not { } revision)
        {
            return;
        }

        var size = plan.Find<Effect.ScaleCanary>() is { } scale && scale.Revision == revision ? scale.Replicas : (int?)null;
        if (view.Target.IsByPodCount && view.State is { Phase: RolloutPhase.Aborting or RolloutPhase.Aborted, Weight.BasisPoints: 0 })
        {
            // Where pods are the weight, a rejected canary's go at once: they would be asked for as long as they are there.
            size = 0;
        }

        if (view.Canary is { } canary)
        {
            if (view.IsOwned(canary) && view.State.HandOverStarted)
            {
                return;
            }

            if (view.IsCanaryInUse || (HoldPlanner.IsHeld(view, plan.Basis.Hold) && (view.IsOwned(canary) || canary.Replicas > 0)))
            {
                Lead(view, plan, canary, revision, size);
            }
        }
        else if (size > 0 || view.State.HandOverStarted)
        {
            Make(view, plan, revision, size ?? view.Deployment!.Replicas);
        }
    }

    /// <summary>Without a Deployment nothing is made or given: only pods without traffic go.</summary>
    public static void ScaleDown(WorkloadView view, WorkloadPlan plan)
    {
        if (plan.Find<Effect.ScaleCanary>() is { } scale && view.Canary is { } canary && view.IsHeld(canary) && scale.Replicas < canary.Replicas)
        {
            plan.Do(new WorkloadAction.ChangeSet(canary, $"scales {canary.Meta.Name.Name} to {scale.Replicas}") { Replicas = scale.Replicas });
        }
    }

    private static void Lead(WorkloadView view, WorkloadPlan plan, ReplicaSetObject canary, string revision, int? size)
    {
        if (!view.IsOwned(canary) && !view.IsHeld(canary))
        {
            plan.Refuse($"The ReplicaSet {canary.Meta.Name.Name} belongs to {canary.Meta.Controller!.Kind} {canary.Meta.Controller.Name}.");
            return;
        }

        if (Holder(view, plan, revision, TemplateSource.Of(canary)) is not { } holder)
        {
            return;
        }

        var seconds = view.Deployment!.MinReadySeconds;
        var change = new WorkloadAction.ChangeSet(canary, Tell(view, canary, holder, size))
        {
            Owner = WorkloadView.IsHeldBy(canary, holder) && canary.Meta.Owners.Count == 1 ? null : HoldPlanner.Owner(holder),
            Labelled = canary.Meta.Labels.ContainsKey(Marks.RolloutLabel) ? null : true,
            Replicas = size is { } wanted && wanted != canary.Replicas ? wanted : null,
            MinReadySeconds = canary.MinReadySeconds == seconds ? null : seconds,
            Annotations = canary.Meta.Annotations.GetValueOrDefault(Marks.FenceAnnotation) == plan.Basis.Fence ? [] : [new(Marks.FenceAnnotation, plan.Basis.Fence)],
        };
        if (change is not { Owner: null, Labelled: null, Replicas: null, MinReadySeconds: null, Annotations.IsEmpty: true })
        {
            plan.Do(change);
        }
    }

    private static string Tell(WorkloadView view, ReplicaSetObject canary, HolderObject holder, int? size) =>
        !WorkloadView.IsHeldBy(canary, holder) ? $"takes the ReplicaSet {canary.Meta.Name.Name} over{(view.IsOwned(canary) ? " from the Deployment" : "")}"
        : size is { } replicas && replicas != canary.Replicas ? $"scales {canary.Meta.Name.Name} to {replicas}"
        : $"keeps {canary.Meta.Name.Name} in line";

    /// <summary>Holder first: the ReplicaSet is never without a controller.</summary>
    private static void Make(WorkloadView view, WorkloadPlan plan, string revision, int size)
    {
        if (!ServicePlanner.AreThere(view))
        {
            plan.Refuse($"No canary is made before the Services {view.Target.StableServiceName.Name} and {view.Target.CanaryServiceName.Name} are there and this rollout's.");
            return;
        }

        var name = view.Target.ReplicaSetName(revision);
        if (view.Seen.Sets.FirstOrDefault(set => set.Meta.Name == name) is { } former)
        {
            if (former.Meta.IsDeleting)
            {
                plan.Wait($"the former ReplicaSet {name.Name} to be gone");
            }
            else
            {
                plan.Refuse($"The ReplicaSet {name.Name} is there already, and its pods carry another hash.");
            }

            return;
        }

        if (Source(view, revision) is not { } source)
        {
            plan.Refuse($"The template of {revision} is not known any more: the Deployment asks for another one, and no ReplicaSet has it.");
            return;
        }

        if (Holder(view, plan, revision, source) is { } holder)
        {
            plan.Do(new WorkloadAction.CreateSet(name, revision, source, view.Deployment!, HoldPlanner.Owner(holder), size, $"makes the canary {name.Name} with {size}")
            {
                Annotations = [new(Marks.FenceAnnotation, plan.Basis.Fence)],
            });
        }
    }

    private static TemplateSource? Source(WorkloadView view, string revision) =>
        view.Declared() == revision && view.Deployment is { } deployment ? TemplateSource.Of(deployment)
        : view.Seen.Holders.FirstOrDefault(holder => holder.Revision == revision && !holder.Meta.IsDeleting) is { } stored ? TemplateSource.Of(stored)
        : null;

    /// <summary>The canary's holder, once it is there and carries the present term.</summary>
    private static HolderObject? Holder(WorkloadView view, WorkloadPlan plan, string revision, TemplateSource source)
    {
        var name = view.Target.HolderName(revision);
        if (view.Holder(name) is not { } holder)
        {
            plan.Do(new WorkloadAction.CreateHolder(name, revision, source, plan.Basis.Fence, $"makes the holder {name.Name}"));
            return null;
        }

        return HoldPlanner.IsReady(plan, holder) ? holder : null;
    }
}
