using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Workloads;

/// <summary>Keeps the Deployment's controller from anything but scaling stable.</summary>
internal static class HoldPlanner
{
    /// <summary>First of all: nothing else is safe while the Deployment's controller may roll.</summary>
    public static void Hold(WorkloadView view, WorkloadPlan plan)
    {
        if (view.Deployment is not { } deployment || !IsHeld(view, plan.Basis.Hold))
        {
            return;
        }

        EquatableArray<Annotation> mark = [new(WorkloadMarks.Held, view.Target.Rollout.Name)];
        if (!deployment.IsPaused)
        {
            plan.Do(new WorkloadAction.ChangeDeployment(deployment, $"pauses the Deployment {deployment.Meta.Name.Name}") { Paused = true, Annotations = mark });
        }
        else if (deployment.IsPausedByUs && !IsMarked(deployment))
        {
            plan.Do(new WorkloadAction.ChangeDeployment(deployment, $"marks the Deployment {deployment.Meta.Name.Name} as held again, whose annotations were replaced") { Annotations = mark });
        }
    }

    /// <summary>
    /// Stable's template is stored, and its ReplicaSet is the Deployment's: one that is gone (revisionHistoryLimit 0 at 0 replicas) is made again under the same hash, since
    /// the Deployment's own controller would make another revision of it, or of another template.
    /// </summary>
    public static void KeepStable(WorkloadView view, WorkloadPlan plan)
    {
        var (deployment, revision) = (view.Deployment!, view.State.StableRevision!);
        if (view.Stable is { } stable)
        {
            Store(view, plan, stable, revision);
            if (!view.IsOwned(stable) && view.IsHeld(stable) && !view.State.HandOverStarted && MayOwn(view, plan, stable.Template))
            {
                plan.Do(Given(view, stable, $"gives stable's ReplicaSet {stable.Meta.Name.Name} back to the Deployment") with
                {
                    Replicas = deployment.Replicas,
                    Annotations = [.. Sizes(deployment), new(Marks.FenceAnnotation, null)],
                });
            }

            return;
        }

        if (view.StableHolder is { } holder && holder.Revision == revision && MayOwn(view, plan, holder.Template))
        {
            var name = new ObjectName(view.Target.Namespace, $"{view.Target.Deployment}-{revision}");
            if (view.Seen.Sets.Any(set => set.Meta.Name == name))
            {
                plan.Wait($"the former ReplicaSet {name.Name} to be gone");
                return;
            }

            plan.Do(new WorkloadAction.CreateSet(
                name, revision, TemplateSource.Of(holder), deployment, Owner(deployment), deployment.Replicas, $"makes stable's ReplicaSet {name.Name} again")
            {
                Annotations = [.. Sizes(deployment)],
            });
        }
    }

    /// <summary>
    /// Every other ReplicaSet belongs to a holder while the Deployment is held: one that passes through 0 replicas comes back on its newest, and any that has a canary's template would take its place.
    /// One that got pods all the same loses them once stable is up.
    /// </summary>
    public static void Park(WorkloadView view, WorkloadPlan plan)
    {
        if (!IsHeld(view, plan.Basis.Hold))
        {
            return;
        }

        var others = view.Sets.Where(set => view.IsOther(set) || (set == view.Canary && !IsKept(view))).ToArray();
        var handedOver = view.State.HandOverStarted && view.Canary is { } canary && view.IsOwned(canary);
        foreach (var set in others)
        {
            if (view.IsOwned(set) && !handedOver)
            {
                ParkOne(view, plan, set);
            }
            else if (view.IsHeld(set) && !view.IsOwned(set))
            {
                Settle(view, plan, set);
            }
        }

        if (!plan.HasActions && !handedOver)
        {
            Forget(view, plan, others);
        }
    }

    /// <summary>
    /// With OnChange, at rest and on stable's template: everything is given back, then the Deployment goes on by itself. One that somebody else resumed loses its mark, by which the admission webhook
    /// would pause it again.
    /// </summary>
    public static void Resume(WorkloadView view, WorkloadPlan plan)
    {
        if (view.Deployment is not { } deployment || IsHeld(view, plan.Basis.Hold) || !IsOurs(deployment))
        {
            return;
        }

        GiveBack(view, plan);
        if (!plan.HasActions && view.Sets.All(set => view.IsOwned(set) || !view.IsHeld(set)))
        {
            plan.Do(Resumed(deployment));
        }
    }

    /// <summary>Holders that nothing needs any more.</summary>
    public static void DropHolders(WorkloadView view, WorkloadPlan plan)
    {
        foreach (var holder in view.Seen.Holders.Where(holder => !holder.Meta.IsDeleting))
        {
            var isNeeded = holder.Meta.Name == view.Target.StableHolderName
                || (holder.Meta.Name == view.Target.ParkedHolderName && IsHeld(view, plan.Basis.Hold))
                || (holder.Revision is { } revision && revision == view.CanaryRevision && (view.IsCanaryInUse || IsKept(view)));
            if (!isNeeded && !Owns(view, holder))
            {
                plan.Do(new WorkloadAction.DeleteHolder(holder, $"deletes the holder {holder.Meta.Name.Name}"));
            }
        }
    }

    /// <summary>Gives every ReplicaSet that the Deployment had back to it, and deletes what it never had.</summary>
    public static void GiveBack(WorkloadView view, WorkloadPlan plan)
    {
        foreach (var set in view.Sets.Where(set => (set != view.Stable || view.Deployment is null) && view.IsHeld(set) && !view.IsOwned(set)))
        {
            if (set.Replicas > 0)
            {
                Empty(view, plan, set);
            }
            else if (view.IsOursAlone(set) || set.Template == view.Stable?.Template || view.Deployment is null)
            {
                plan.Do(new WorkloadAction.DeleteSet(set, $"deletes the ReplicaSet {set.Meta.Name.Name}"));
            }
            else
            {
                plan.Do(Given(view, set, $"gives the ReplicaSet {set.Meta.Name.Name} back to the Deployment") with { Annotations = [new(Marks.FenceAnnotation, null)] });
            }
        }
    }

    public static WorkloadAction.ChangeDeployment Resumed(DeploymentObject deployment) => new(deployment, $"resumes the Deployment {deployment.Meta.Name.Name}")
    {
        Paused = IsOurs(deployment) ? false : null,
        Annotations = [.. new[] { WorkloadMarks.Held, WorkloadMarks.Nudge }.Where(deployment.Meta.Annotations.ContainsKey).Select(key => new Annotation(key, null))],
    };

    /// <summary>We paused it, or keep it paused: our mark says so, or, where somebody replaced all annotations, the server's record. What its user paused is never resumed by us.</summary>
    public static bool IsOurs(DeploymentObject deployment) => IsMarked(deployment) || deployment.IsPausedByUs;

    /// <summary>The Deployment has to be paused.</summary>
    public static bool IsHeld(WorkloadView view, HoldMode mode) => mode switch
    {
        HoldMode.Always => true,
        HoldMode.OnChange => !view.AsksForStable || !view.State.Phase.IsAtRest() || view.State.HandOverStarted,
    };

    /// <summary>What the Deployment's controller writes on a ReplicaSet that it scales: with these it takes the old ones to 0 in one go.</summary>
    public static Annotation[] Sizes(DeploymentObject deployment) =>
    [
        new(ReplicaSetObject.DesiredAnnotation, deployment.Replicas.ToString()),
        new(ReplicaSetObject.MaxAnnotation, deployment.MaxReplicas(deployment.Replicas).ToString()),
    ];

    public static ObjectOwner Owner(DeploymentObject deployment) =>
        new(ObjectKind.Deployment.ApiVersion, ObjectKind.Deployment.Kind, deployment.Meta.Name.Name, deployment.Meta.Uid, isController: true);

    public static ObjectOwner Owner(HolderObject holder) =>
        new(ObjectKind.ControllerRevision.ApiVersion, ObjectKind.ControllerRevision.Kind, holder.Meta.Name.Name, holder.Meta.Uid, isController: true);

    /// <summary>A holder may be given something once it carries the present term.</summary>
    public static bool IsReady(WorkloadPlan plan, HolderObject holder)
    {
        if (holder.Meta.Annotations.GetValueOrDefault(Marks.FenceAnnotation) == plan.Basis.Fence)
        {
            return true;
        }

        plan.Do(new WorkloadAction.FenceHolder(holder, plan.Basis.Fence, $"writes its term into the holder {holder.Meta.Name.Name}"));
        return false;
    }

    /// <summary>Takes a ReplicaSet from the Deployment as it is.</summary>
    public static void ParkOne(WorkloadView view, WorkloadPlan plan, ReplicaSetObject set)
    {
        if (view.Holder(view.Target.ParkedHolderName) is not { } parked)
        {
            if (!plan.Actions.OfType<WorkloadAction.CreateHolder>().Any())
            {
                plan.Do(new WorkloadAction.CreateHolder(view.Target.ParkedHolderName, null, null, plan.Basis.Fence, $"makes the holder {view.Target.ParkedHolderName.Name}"));
            }
        }
        else if (plan.Actions.OfType<WorkloadAction.FenceHolder>().Any() || !IsReady(plan, parked))
        {
            return;
        }
        else
        {
            plan.Do(new WorkloadAction.ChangeSet(set, $"parks the ReplicaSet {set.Meta.Name.Name}") { Owner = Owner(parked), Labelled = true });
        }
    }

    private static bool IsMarked(DeploymentObject deployment) => deployment.Meta.Annotations.ContainsKey(WorkloadMarks.Held);

    private static WorkloadAction.ChangeSet Given(WorkloadView view, ReplicaSetObject set, string does) =>
        new(set, does) { Owner = Owner(view.Deployment!), Labelled = false, While = view.Deployment };

    /// <summary>The data of a holder never change, so one for another revision is made again.</summary>
    private static void Store(WorkloadView view, WorkloadPlan plan, ReplicaSetObject stable, string revision)
    {
        if (view.StableHolder is { } holder)
        {
            if (holder.Revision != revision)
            {
                plan.Do(new WorkloadAction.DeleteHolder(holder, $"drops the template of {holder.Revision}, which is not stable any more"));
            }

            return;
        }

        plan.Do(new WorkloadAction.CreateHolder(
            view.Target.StableHolderName, revision, TemplateSource.Of(stable), plan.Basis.Fence, $"stores stable's template in {view.Target.StableHolderName.Name}"));
    }

    /// <summary>
    /// Two ReplicaSets with pods under one Deployment are scaled in proportion: the other one goes first. And an unpaused one may own only what it asks for.
    /// </summary>
    private static bool MayOwn(WorkloadView view, WorkloadPlan plan, TemplateId stable)
    {
        if (view.Sets.FirstOrDefault(set => view.IsOwned(set) && set.Replicas > 0) is { } running)
        {
            if (view.Deployment!.IsPaused && running != view.Canary)
            {
                ParkOne(view, plan, running);
            }

            return false;
        }

        return view.Deployment!.IsPaused || stable == view.Deployment.Template;
    }

    /// <summary>The last canary keeps its place while it is in use, and as long as the Deployment asks for it.</summary>
    private static bool IsKept(WorkloadView view) => view.Canary is { } canary && (view.IsCanaryInUse || canary == view.Asked || canary.Replicas > 0);

    private static bool Owns(WorkloadView view, HolderObject holder) => view.Seen.Sets.Concat(view.Seen.OthersSets).Any(set => WorkloadView.IsHeldBy(set, holder));

    /// <summary>Of those that a holder has already.</summary>
    private static void Settle(WorkloadView view, WorkloadPlan plan, ReplicaSetObject set)
    {
        if (set.Replicas > 0)
        {
            Empty(view, plan, set);
        }
        else if (set.Template == view.Stable?.Template || (view.IsOursAlone(set) && set != view.Asked))
        {
            plan.Do(new WorkloadAction.DeleteSet(set, $"deletes the ReplicaSet {set.Meta.Name.Name}"));
        }
        else if (!WorkloadView.IsHeldBy(set, view.Holder(view.Target.ParkedHolderName)))
        {
            ParkOne(view, plan, set);
        }
    }

    private static void Empty(WorkloadView view, WorkloadPlan plan, ReplicaSetObject set)
    {
        var wanted = view.Deployment?.Replicas ?? 0;
        if (WorkloadReader.Available(view.Stable) >= wanted)
        {
            plan.Do(new WorkloadAction.ChangeSet(set, $"scales the ReplicaSet {set.Meta.Name.Name}, which is neither stable nor the canary, to 0") { Replicas = 0 });
        }
        else
        {
            plan.Wait($"stable to be up before {set.Meta.Name.Name} goes");
        }
    }

    /// <summary>As the Deployment's own controller keeps its history, of which parked ones are no part.</summary>
    private static void Forget(WorkloadView view, WorkloadPlan plan, ReplicaSetObject[] others)
    {
        var old = others.Where(set => view.IsHeld(set) && !view.IsOwned(set) && set is { Replicas: 0, StatusReplicas: 0 } && set != view.Asked)
            .OrderByDescending(set => set.Revision).ThenByDescending(set => set.Meta.CreatedAt).Skip(view.Deployment!.RevisionHistoryLimit);
        foreach (var set in old)
        {
            plan.Do(new WorkloadAction.DeleteSet(set, $"deletes the ReplicaSet {set.Meta.Name.Name}: {view.Deployment.RevisionHistoryLimit} old ones are kept"));
        }
    }
}
