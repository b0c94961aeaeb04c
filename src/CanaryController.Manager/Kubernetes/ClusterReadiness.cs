using CanaryController.Manager.Api;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes;

/// <summary>Ready once every list was read, and admission, where it is configured, can answer: a standby too, whose caches are warm then.</summary>
internal sealed class ClusterReadiness(Informers informers, AdmissionReadiness? admission = null) : IReadiness
{
    /// <inheritdoc/>
    public string? Problem => informers.AreSynced ? admission?.Problem : string.Join(' ', informers.Problems.DefaultIfEmpty("The cluster's objects are being read."));
}
