using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Workloads;

/// <summary>Which of the objects plays which part.</summary>
internal sealed class WorkloadView
{
    public WorkloadView(WorkloadSnapshot seen, RolloutState state)
    {
        Seen = seen;
        State = state;
        Deployment = seen.Deployment is { Meta.IsDeleting: false } deployment ? deployment : null;
        Sets = [.. seen.Sets.Where(set => !set.Meta.IsDeleting).OrderBy(set => set.Meta.CreatedAt).ThenBy(set => set.Meta.Name.Name, StringComparer.Ordinal)];
        StableHolder = Holder(seen.Target.StableHolderName);
        Stable = FindStable();
        CanaryRevision = state.CanaryRevision is { } canary && canary != state.StableRevision ? canary : null;
        Canary = CanaryRevision is null ? null : Named(CanaryRevision);
        Asked = FindAsked();
    }

    public WorkloadSnapshot Seen { get; }

    public WorkloadTarget Target => Seen.Target;

    public RolloutState State { get; }

    /// <summary>The Deployment; null when there is none, or it is being deleted.</summary>
    public DeploymentObject? Deployment { get; }

    /// <summary>The ReplicaSets that are not being deleted, oldest first.</summary>
    public IReadOnlyList<ReplicaSetObject> Sets { get; }

    public HolderObject? StableHolder { get; }

    /// <summary>Stable's ReplicaSet; null when it is gone, or nothing was adopted yet.</summary>
    public ReplicaSetObject? Stable { get; }

    /// <summary>The canary that is under way or was last; null when it became stable, or none was yet.</summary>
    public string? CanaryRevision { get; }

    /// <summary>Its ReplicaSet; null when there is none.</summary>
    public ReplicaSetObject? Canary { get; }

    /// <summary>The ReplicaSet with the template that the Deployment asks for; null when there is none.</summary>
    public ReplicaSetObject? Asked { get; }

    /// <summary>The hash that stable's pods carry.</summary>
    public string? StableHash => Stable?.Hash ?? State.StableRevision;

    /// <summary>The Deployment asks for stable's template.</summary>
    public bool AsksForStable =>
        Deployment is { } deployment
        && ((Stable is { } stable && stable.Template == deployment.Template) || (Stable is null && StableHolder is { } holder && holder.Template == deployment.Template));

    /// <summary>The canary may still get traffic, or has some left.</summary>
    public bool IsCanaryInUse => CanaryRevision is not null && (State.Phase.IsUnderWay() || State.Phase is RolloutPhase.Aborting);

    public HolderObject? Holder(ObjectName name) => Seen.Holders.FirstOrDefault(holder => holder.Meta.Name == name && !holder.Meta.IsDeleting);

    /// <summary>The Deployment controls it.</summary>
    public bool IsOwned(ReplicaSetObject set) => Seen.Deployment is { } deployment && set.Meta.Controller?.Uid == deployment.Meta.Uid;

    /// <summary>This holder controls it.</summary>
    public static bool IsHeldBy(ReplicaSetObject set, HolderObject? holder) => holder is not null && set.Meta.Controller?.Uid == holder.Meta.Uid;

    /// <summary>One of our holders controls it, or nobody does, or a holder that is gone: it is ours to lead.</summary>
    public bool IsHeld(ReplicaSetObject set) =>
        set.Meta.Controller is not { } controller || controller.Kind == ObjectKind.ControllerRevision.Kind || Seen.Holders.Any(holder => holder.Meta.Uid == controller.Uid);

    /// <summary>We made it, and it never was the Deployment's, which would have a size noted on it.</summary>
    public bool IsOursAlone(ReplicaSetObject set) =>
        set.Meta.Name.Name.StartsWith(Target.OwnPrefix, StringComparison.Ordinal)
        && set.Meta.Labels.ContainsKey(Kubernetes.Marks.RolloutLabel)
        && !set.Meta.Annotations.ContainsKey(ReplicaSetObject.DesiredAnnotation);

    /// <summary>Neither stable nor the canary.</summary>
    public bool IsOther(ReplicaSetObject set) => set != Stable && set != Canary;

    /// <summary>How a ReplicaSet's revision is called.</summary>
    public string? NameOf(ReplicaSetObject set) => set == Stable ? State.StableRevision ?? set.Hash : set.Hash;

    /// <summary>The revision that the Deployment asks for; null when that cannot be said.</summary>
    public string? Declared()
    {
        if (Deployment is not { } deployment)
        {
            return null;
        }

        if (Asked is { } asked)
        {
            return NameOf(asked);
        }

        if (AsksForStable)
        {
            return State.StableRevision;
        }

        if (Seen.Holders.FirstOrDefault(holder => holder.Revision is not null && holder.Template == deployment.Template) is { } stored)
        {
            return stored.Revision;
        }

        return Seen.Named is { } named && named.DeploymentUid == deployment.Meta.Uid && named.Generation == deployment.Meta.Generation
            ? named.Name
            : deployment.Template.Name(Taken());
    }

    private HashSet<string> Taken()
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        taken.UnionWith(Seen.Sets.Select(set => set.Hash).OfType<string>());
        taken.UnionWith(Seen.Holders.Select(holder => holder.Revision).OfType<string>());
        if (State.StableRevision is { } stable)
        {
            taken.Add(stable);
        }

        return taken;
    }

    private ReplicaSetObject? Named(string revision) =>
        Sets.Where(set => set.Hash == revision).OrderByDescending(IsOwned).ThenByDescending(set => set.Replicas).FirstOrDefault();

    /// <summary>By its hash; a Deployment that made it again under another hash still has its template.</summary>
    private ReplicaSetObject? FindStable()
    {
        if (State.StableRevision is not { } revision)
        {
            return null;
        }

        return Named(revision)
            ?? (StableHolder is { } holder && holder.Revision == revision ? Sets.FirstOrDefault(set => IsOwned(set) && set.Template == holder.Template) : null);
    }

    private ReplicaSetObject? FindAsked()
    {
        if (Deployment is not { } deployment)
        {
            return null;
        }

        var matching = Sets.Where(set => set.Template == deployment.Template && set.Hash is not null && (IsOwned(set) || IsHeld(set))).ToArray();
        return matching.FirstOrDefault(set => set == Stable) ?? matching.FirstOrDefault(set => set == Canary)
            ?? matching.FirstOrDefault(IsOwned) ?? matching.FirstOrDefault();
    }
}
