using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Workloads;

/// <summary>The caches that workloads are read from.</summary>
internal sealed class WorkloadCaches(
    IObjectCache<DeploymentObject> deployments,
    IObjectCache<ReplicaSetObject> sets,
    IObjectCache<HolderObject> holders,
    IObjectCache<ServiceObject> services,
    IObjectCache<EndpointSliceObject> slices,
    IObjectCache<AutoscalerObject> autoscalers)
{
    /// <summary>All lists were read once. What is missing before that may be there.</summary>
    public bool AreSynced =>
        deployments.IsSynced && sets.IsSynced && holders.IsSynced && services.IsSynced && slices.IsSynced && autoscalers.IsSynced;

    /// <summary>All objects of one rollout, as they are known now.</summary>
    public WorkloadSnapshot Read(WorkloadTarget target, RevisionName? named)
    {
        var ns = target.Namespace;
        var ours = ObjectKeys.Rollout(ns, target.Rollout.Name);
        var deployment = deployments.Find(target.DeploymentName);
        var held = holders.By(ours);
        IEnumerable<string> owners = held.Select(holder => holder.Meta.Uid);
        if (deployment is not null)
        {
            owners = owners.Append(deployment.Meta.Uid);
        }

        var all = owners.SelectMany(uid => sets.By(ObjectKeys.Owner(uid))).Concat(sets.By(ours)).DistinctBy(set => set.Meta.Name).ToLookup(set => IsOthers(set, target));
        return new()
        {
            Target = target,
            Deployment = deployment,
            Holders = held,
            Sets = [.. all[false]],
            OthersSets = [.. all[true]],
            Apex = services.Find(target.ApexName),
            StableService = target.IsByPodCount ? null : services.Find(target.StableServiceName),
            CanaryService = target.IsByPodCount ? null : services.Find(target.CanaryServiceName),
            Slices = target.IsByPodCount ? [] :
            [
                .. slices.By(ObjectKeys.Service(ns, target.StableServiceName.Name)),
                .. slices.By(ObjectKeys.Service(ns, target.CanaryServiceName.Name)),
                .. slices.By(ObjectKeys.Service(ns, target.Service)),
            ],
            Autoscalers = autoscalers.By(ObjectKeys.Target(ns, target.Deployment)),
            Named = named,
        };
    }

    /// <summary>Takes over an object as the server answered it; null when it is none of ours.</summary>
    public ICached? Put(ObjectKind kind, JsonObject body)
    {
        var item = JsonSerializer.SerializeToElement(body);
        return kind.Kind switch
        {
            "Deployment" => Put(deployments, DeploymentObject.Project(item)),
            "ReplicaSet" => Put(sets, ReplicaSetObject.Project(item)),
            "ControllerRevision" => Put(holders, HolderObject.Project(item)),
            "Service" => Put(services, ServiceObject.Project(item)),
            _ => null,
        };
    }

    /// <summary>Takes over that an object is gone.</summary>
    public void Remove(ObjectKind kind, ObjectName name, string uid)
    {
        switch (kind.Kind)
        {
            case "Deployment":
                deployments.Remove(name, uid);
                break;
            case "ReplicaSet":
                sets.Remove(name, uid);
                break;
            case "ControllerRevision":
                holders.Remove(name, uid);
                break;
            case "Service":
                services.Remove(name, uid);
                break;
        }
    }

    /// <summary>It is another Deployment's, or is called after one that is there.</summary>
    private bool IsOthers(ReplicaSetObject set, WorkloadTarget target) => set.Meta.Controller is { Kind: "Deployment" } owner
        ? owner.Name != target.Deployment
        : !SetName.IsOf(set, target.Deployment) && SetName.DeploymentOf(set) is { } other && deployments.Find(new(target.Namespace, other)) is not null;

    private static T? Put<T>(IObjectCache<T> cache, T? written)
        where T : class, ICached
    {
        if (written is not null)
        {
            cache.Put(written);
        }

        return written;
    }
}
