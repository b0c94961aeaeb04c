using CanaryController.Manager.Api;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes;

/// <summary>Ready once every list was read: a standby too, whose caches are warm then.</summary>
internal sealed class ClusterReadiness(Informers informers) : IReadiness
{
    /// <inheritdoc/>
    public string? Problem => informers.AreSynced ? null : string.Join(' ', informers.Problems.DefaultIfEmpty("The cluster's objects are being read."));
}
