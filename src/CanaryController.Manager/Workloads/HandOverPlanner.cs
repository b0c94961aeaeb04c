using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Workloads;

/// <summary>
/// Makes the canary the Deployment's current revision without moving a pod: once all its pods are available, the old ReplicaSets leave the paused Deployment, and it enters in their place. What left is
/// scaled to 0 after that.
/// </summary>
internal static class HandOverPlanner
{
    public static void Plan(WorkloadView view, WorkloadPlan plan)
    {
        if (plan.Find<Effect.HandOver>() is null || view is not { Deployment: { IsPaused: true } deployment, Canary: { } canary } || WorkloadReader.IsHandedOver(view))
        {
            return;
        }

        if (view.IsOwned(canary))
        {
            Finish(view, plan, deployment, canary);
        }
        else
        {
            Prepare(view, plan, deployment, canary);
        }
    }

    /// <summary>Everything that the hand over asks of the canary and the Deployment holds: from here the Services are switched.</summary>
    public static bool IsComplete(WorkloadView view) =>
        view is { Deployment: { IsPaused: true } deployment, Canary: { } canary }
        && (canary.Template == deployment.Template || IsDisplaced(view))
        && canary.Replicas == deployment.Replicas
        && canary.MinReadySeconds == deployment.MinReadySeconds
        && WorkloadReader.Available(canary) == deployment.Replicas
        && canary.ObservedGeneration >= canary.Meta.Generation;

    /// <summary>The user has asked for something newer meanwhile. The promotion is finished all the same, and the Deployment keeps the newer template.</summary>
    private static bool IsDisplaced(WorkloadView view) => view.State.Pending is not null;

    private static void Prepare(WorkloadView view, WorkloadPlan plan, DeploymentObject deployment, ReplicaSetObject canary)
    {
        if (canary.Template != deployment.Template && !IsDisplaced(view))
        {
            var revision = view.CanaryRevision!;
            plan.Do(new WorkloadAction.RestoreTemplate(
                deployment, TemplateSource.Of(canary), revision, $"gives the Deployment {deployment.Meta.Name.Name} the template of {revision}, which becomes stable"));
        }
        else if (canary.Replicas != deployment.Replicas)
        {
            plan.Do(new WorkloadAction.ChangeSet(canary, $"scales {canary.Meta.Name.Name} to the Deployment's {deployment.Replicas}") { Replicas = deployment.Replicas });
        }
        else if (!IsComplete(view))
        {
            plan.Wait($"{WorkloadReader.Available(canary)} of {deployment.Replicas} pods of {canary.Meta.Name.Name} are available");
        }
        else if (!ServicePlanner.IsSwitched(view, canary.Hash!))
        {
            plan.Wait("the Services to be switched");
        }
        else if (ServicePlanner.IsTakenUp(view, plan, canary))
        {
            Give(view, plan, deployment, canary);
        }
    }

    private static void Give(WorkloadView view, WorkloadPlan plan, DeploymentObject deployment, ReplicaSetObject canary)
    {
        // The old ones leave the Deployment first, as they are. It would share a new size out among old and new ones if it were scaled at this very moment, and take pods that have all
        // traffic; to the only one that it has it gives the whole. Between the two it has none, and paused it makes none.
        Part(view, plan, canary);
        if (plan.HasActions || view.Sets.Any(set => set != canary && view.IsOwned(set) && set.Replicas > 0))
        {
            return;
        }

        plan.Do(new WorkloadAction.ChangeSet(canary, $"hands {canary.Meta.Name.Name} over to the Deployment")
        {
            Replicas = deployment.Replicas,
            Owner = HoldPlanner.Owner(deployment),
            Annotations = [.. HoldPlanner.Sizes(deployment), new(ReplicaSetObject.RevisionAnnotation, $"{NextRevision(view, deployment)}")],
            While = deployment,
        });
    }

    /// <summary>The Deployment's controller counts revisions by the ReplicaSets that it has; it keeps a number that is higher than its own.</summary>
    private static long NextRevision(WorkloadView view, DeploymentObject deployment)
    {
        var last = long.TryParse(deployment.Meta.Annotations.GetValueOrDefault(ReplicaSetObject.RevisionAnnotation), out var revision) ? revision : 0;
        return Math.Max(last, view.Sets.Select(set => set.Revision).DefaultIfEmpty().Max()) + 1;
    }

    /// <summary>
    /// Somebody who resumes the Deployment in the middle lets its controller begin on what is asked for. What that made leaves the Deployment, as the old ones did: its controller, paused again, takes
    /// the others to 0 only when the ReplicaSet that is asked for is full, which is the newer one, never the canary. The hand over would wait for that, and keep the Deployment paused, for ever.
    /// </summary>
    private static void Finish(WorkloadView view, WorkloadPlan plan, DeploymentObject deployment, ReplicaSetObject canary)
    {
        Part(view, plan, canary);
        if (plan.HasActions)
        {
            return;
        }

        // The only one with pods is given each new size by the Deployment's controller. One that it took to 0 meanwhile may not be its newest.
        if (canary.Replicas != deployment.Replicas)
        {
            plan.Do(new WorkloadAction.ChangeSet(canary, $"gives {canary.Meta.Name.Name} the Deployment's size {deployment.Replicas}")
            {
                Replicas = deployment.Replicas,
                Annotations = [.. HoldPlanner.Sizes(deployment)],
                While = deployment,
            });
            return;
        }

        foreach (var left in view.Sets.Where(set => set != canary && set.Replicas > 0 && !view.IsOwned(set) && view.IsHeld(set)))
        {
            plan.Do(new WorkloadAction.ChangeSet(left, $"scales {left.Meta.Name.Name}, which is not stable any more, to 0") { Replicas = 0 });
        }

        if (!plan.HasActions)
        {
            plan.Wait("the Deployment's old pods to be gone");
        }
    }

    /// <summary>Takes from the Deployment, as they are, all that have pods beside the canary.</summary>
    private static void Part(WorkloadView view, WorkloadPlan plan, ReplicaSetObject canary)
    {
        foreach (var set in view.Sets.Where(set => set != canary && view.IsOwned(set) && set.Replicas > 0))
        {
            HoldPlanner.ParkOne(view, plan, set);
        }
    }
}
