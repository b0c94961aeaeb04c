using CanaryController.Core;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Workloads;

/// <summary>
/// One write. It holds only while its object is as it was seen: a changed or deleted object by its resourceVersion, a created one because it must not be there yet.
/// </summary>
/// <param name="Kind">The kind of object.</param>
/// <param name="Name">Which one.</param>
/// <param name="Does">What it does, for people: continues "the controller ...".</param>
internal abstract record WorkloadAction(ObjectKind Kind, ObjectName Name, string Does)
{
    /// <summary>The resourceVersion that it rests on; null for a new object.</summary>
    public virtual string? ResourceVersion => null;

    /// <summary>The verb of the permission that it needs.</summary>
    public abstract string Verb { get; }

    /// <summary>Pauses or resumes a Deployment, and writes annotations (null removes one).</summary>
    public sealed record ChangeDeployment(DeploymentObject Deployment, string Does) : WorkloadAction(ObjectKind.Deployment, Deployment.Meta.Name, Does)
    {
        public bool? Paused { get; init; }

        public EquatableArray<Annotation> Annotations { get; init; }

        public override string? ResourceVersion => Deployment.Meta.ResourceVersion;

        public override string Verb => "patch";
    }

    /// <summary>Gives a paused Deployment the template of another revision.</summary>
    public sealed record RestoreTemplate(DeploymentObject Deployment, TemplateSource From, string Revision, string Does)
        : WorkloadAction(ObjectKind.Deployment, Deployment.Meta.Name, Does)
    {
        public override string? ResourceVersion => Deployment.Meta.ResourceVersion;

        public override string Verb => "patch";
    }

    /// <summary>Makes a holder.</summary>
    public sealed record CreateHolder(ObjectName Name, string? Revision, TemplateSource? Template, string Fence, string Does)
        : WorkloadAction(ObjectKind.ControllerRevision, Name, Does)
    {
        public override string Verb => "create";
    }

    /// <summary>Writes the present term into a holder, before something is given to it: a stale leader can then no longer delete it.</summary>
    public sealed record FenceHolder(HolderObject Holder, string Fence, string Does) : WorkloadAction(ObjectKind.ControllerRevision, Holder.Meta.Name, Does)
    {
        public override string? ResourceVersion => Holder.Meta.ResourceVersion;

        public override string Verb => "patch";
    }

    /// <summary>Deletes a holder that owns nothing.</summary>
    public sealed record DeleteHolder(HolderObject Holder, string Does) : WorkloadAction(ObjectKind.ControllerRevision, Holder.Meta.Name, Does)
    {
        public override string? ResourceVersion => Holder.Meta.ResourceVersion;

        public override string Verb => "delete";
    }

    /// <summary>Makes a ReplicaSet from a template.</summary>
    public sealed record CreateSet(ObjectName Name, string Revision, TemplateSource Template, DeploymentObject Deployment, ObjectOwner Owner, int Replicas, string Does)
        : WorkloadAction(ObjectKind.ReplicaSet, Name, Does)
    {
        public EquatableArray<Annotation> Annotations { get; init; }

        public override string Verb => "create";
    }

    /// <summary>Changes a ReplicaSet, all or nothing: its size, its only owner, annotations.</summary>
    public sealed record ChangeSet(ReplicaSetObject Set, string Does) : WorkloadAction(ObjectKind.ReplicaSet, Set.Meta.Name, Does)
    {
        public int? Replicas { get; init; }

        public int? MinReadySeconds { get; init; }

        /// <summary>Replaces the whole list: a matching ReplicaSet without a controller would be adopted at once.</summary>
        public ObjectOwner? Owner { get; init; }

        /// <summary>Sets or removes our label.</summary>
        public bool? Labelled { get; init; }

        public EquatableArray<Annotation> Annotations { get; init; }

        /// <summary>Set when it holds only while the Deployment is still of this generation, which is read again just before.</summary>
        public DeploymentObject? While { get; init; }

        public override string? ResourceVersion => Set.Meta.ResourceVersion;

        public override string Verb => "patch";
    }

    /// <summary>Deletes a ReplicaSet without pods.</summary>
    public sealed record DeleteSet(ReplicaSetObject Set, string Does) : WorkloadAction(ObjectKind.ReplicaSet, Set.Meta.Name, Does)
    {
        public override string? ResourceVersion => Set.Meta.ResourceVersion;

        public override string Verb => "delete";
    }

    /// <summary>Makes a Service beside the apex.</summary>
    public sealed record CreateService(ObjectName Name, IReadOnlyDictionary<string, string> Selector, EquatableArray<ServicePort> Ports, string Does)
        : WorkloadAction(ObjectKind.Service, Name, Does)
    {
        public EquatableArray<Annotation> Annotations { get; init; }

        public override string Verb => "create";
    }

    /// <summary>Changes a Service.</summary>
    public sealed record ChangeService(ServiceObject Service, string Does) : WorkloadAction(ObjectKind.Service, Service.Meta.Name, Does)
    {
        /// <summary>For one of ours: the whole selector.</summary>
        public IReadOnlyDictionary<string, string>? Selector { get; init; }

        /// <summary>For the apex: the hash that is pinned beside what the user chose; empty removes it.</summary>
        public string? Hash { get; init; }

        public EquatableArray<ServicePort>? Ports { get; init; }

        public EquatableArray<Annotation> Annotations { get; init; }

        public override string? ResourceVersion => Service.Meta.ResourceVersion;

        public override string Verb => "patch";
    }

    /// <summary>Gives the selector of the apex back to whoever applied it, by its note, which goes.</summary>
    public sealed record ReturnSelector(ServiceObject Service, string Does) : WorkloadAction(ObjectKind.Service, Service.Meta.Name, Does)
    {
        public override string? ResourceVersion => Service.Meta.ResourceVersion;

        public override string Verb => "patch";
    }

    /// <summary>Deletes a Service that we made.</summary>
    public sealed record DeleteService(ServiceObject Service, string Does) : WorkloadAction(ObjectKind.Service, Service.Meta.Name, Does)
    {
        public override string? ResourceVersion => Service.Meta.ResourceVersion;

        public override string Verb => "delete";
    }
}

/// <summary>An annotation to write; null removes it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct Annotation(string Key, string? Value);

/// <summary>Where a template is read from when it has to be copied. It must still be the expected one.</summary>
/// <param name="Kind">Deployment, ReplicaSet or ControllerRevision.</param>
/// <param name="Name">Which one.</param>
/// <param name="Expected">The template.</param>
internal sealed record TemplateSource(ObjectKind Kind, ObjectName Name, TemplateId Expected)
{
    public static TemplateSource Of(DeploymentObject from) => new(ObjectKind.Deployment, from.Meta.Name, from.Template);

    public static TemplateSource Of(ReplicaSetObject from) => new(ObjectKind.ReplicaSet, from.Meta.Name, from.Template);

    public static TemplateSource Of(HolderObject from) => new(ObjectKind.ControllerRevision, from.Meta.Name, from.Template);
}
