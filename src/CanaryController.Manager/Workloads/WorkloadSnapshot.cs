using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Workloads;

/// <summary>All objects of one rollout's workload, at one moment.</summary>
internal sealed record WorkloadSnapshot
{
    public required WorkloadTarget Target { get; init; }

    /// <summary>The Deployment; null when there is none.</summary>
    public DeploymentObject? Deployment { get; init; }

    /// <summary>The ReplicaSets that the Deployment or a holder of ours controls, and those that carry our label; none of another Deployment.</summary>
    public IReadOnlyList<ReplicaSetObject> Sets { get; init; } = [];

    /// <summary>
    /// Those of another Deployment among them: an earlier rollout of this name led it, and was taken away by force. They are not ours to lead, and their holders stay.
    /// </summary>
    public IReadOnlyList<ReplicaSetObject> OthersSets { get; init; } = [];

    /// <summary>The rollout's holders.</summary>
    public IReadOnlyList<HolderObject> Holders { get; init; } = [];

    /// <summary>The Service that clients call.</summary>
    public ServiceObject? Apex { get; init; }

    public ServiceObject? StableService { get; init; }

    public ServiceObject? CanaryService { get; init; }

    /// <summary>The EndpointSlices of all three Services.</summary>
    public IReadOnlyList<EndpointSliceObject> Slices { get; init; } = [];

    /// <summary>What scales the Deployment.</summary>
    public IReadOnlyList<AutoscalerObject> Autoscalers { get; init; } = [];

    /// <summary>The name that a template of the Deployment was given before there was a ReplicaSet with it.</summary>
    public RevisionName? Named { get; init; }

    /// <summary>With an object as the server answered it to a write.</summary>
    public WorkloadSnapshot With(ICached written) => written switch
    {
        DeploymentObject deployment => this with { Deployment = deployment },
        ReplicaSetObject set => this with { Sets = [.. Sets.Where(each => each.Meta.Name != set.Meta.Name), set] },
        HolderObject holder => this with { Holders = [.. Holders.Where(each => each.Meta.Name != holder.Meta.Name), holder] },
        ServiceObject service when service.Meta.Name == Target.ApexName => this with { Apex = service },
        ServiceObject service when service.Meta.Name == Target.StableServiceName => this with { StableService = service },
        ServiceObject service when service.Meta.Name == Target.CanaryServiceName => this with { CanaryService = service },
        _ => this,
    };

    /// <summary>Without an object that was deleted.</summary>
    public WorkloadSnapshot Without(ObjectKind kind, ObjectName name) => this with
    {
        Sets = kind == ObjectKind.ReplicaSet ? [.. Sets.Where(each => each.Meta.Name != name)] : Sets,
        Holders = kind == ObjectKind.ControllerRevision ? [.. Holders.Where(each => each.Meta.Name != name)] : Holders,
        StableService = kind == ObjectKind.Service && name == Target.StableServiceName ? null : StableService,
        CanaryService = kind == ObjectKind.Service && name == Target.CanaryServiceName ? null : CanaryService,
    };
}

/// <summary>A name that was made from a template, for as long as the Deployment stays as it was.</summary>
/// <param name="DeploymentUid">The Deployment.</param>
/// <param name="Generation">Its generation.</param>
/// <param name="Name">The name.</param>
internal sealed record RevisionName(string DeploymentUid, long Generation, string Name);
