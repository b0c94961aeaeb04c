using CanaryController.Manager.Workloads;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>
/// The expression that chooses a ReplicaSet's pods among a service's instances: consul-k8s registers each pod's name as <c>pod-name</c> of the instance's Meta, and nothing of its labels.
/// </summary>
internal static class PodFilter
{
    /// <summary>The expression.</summary>
    /// <param name="set">The ReplicaSet's name: a DNS subdomain, so nothing but a dot means something in a regular expression.</param>
    public static string Of(string set) => $"Service.Meta[\"pod-name\"] matches \"^{PodName.BaseOf(set).Replace(".", "[.]", StringComparison.Ordinal)}[a-z0-9]{{{PodName.SuffixLength}}}$\"";
}
