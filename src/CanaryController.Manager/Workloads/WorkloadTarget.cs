using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Resources;

namespace CanaryController.Manager.Workloads;

/// <summary>What a rollout leads.</summary>
/// <param name="Rollout">The rollout; all objects are in its namespace.</param>
/// <param name="Deployment">The Deployment's name.</param>
/// <param name="Service">The apex Service's name.</param>
/// <param name="IsByPodCount">Traffic is divided by pod counts behind the apex Service (ReplicaRatio): it stays open, and there are no Services beside it.</param>
internal sealed record WorkloadTarget(RolloutKey Rollout, string Deployment, string Service, bool IsByPodCount)
{
    /// <summary>The versions are subsets of the apex Service (Istio with a DestinationRule, Consul), which choose among its pods: it stays open, beside the two Services.</summary>
    public bool IsBySubset { get; init; }

    /// <summary>Consul registers a pod for each Service that selects it: the two Services beside the apex ask it not to.</summary>
    public bool IsOfConsul { get; init; }

    public string Namespace => Rollout.Namespace;

    public ObjectName DeploymentName => Named(Deployment);

    public ObjectName ApexName => Named(Service);

    /// <summary>The Service before stable's pods.</summary>
    public ObjectName StableServiceName => Named($"{Service}-stable");

    /// <summary>The Service before the canary's pods; at rest before stable's too.</summary>
    public ObjectName CanaryServiceName => Named($"{Service}-canary");

    /// <summary>The holder that stores stable's template, and owns nothing.</summary>
    public ObjectName StableHolderName => Named($"{Rollout.Name}-stable");

    /// <summary>The holder of every other ReplicaSet.</summary>
    public ObjectName ParkedHolderName => Named($"{Rollout.Name}-parked");

    /// <summary>What names of ReplicaSets begin with that we make. The Deployment controller never makes such a name, so no collision is ever counted.</summary>
    public string OwnPrefix => $"{Deployment}-cc-";

    /// <summary>The holder of a canary, which stores its template too.</summary>
    public ObjectName HolderName(string revision) => Named($"{Rollout.Name}-{revision}");

    /// <summary>A ReplicaSet that we make.</summary>
    public ObjectName ReplicaSetName(string revision) => Named(OwnPrefix + revision);

    private ObjectName Named(string name) => new(Namespace, name);
}
