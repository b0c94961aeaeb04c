using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Leadership;
using CanaryController.Manager.Rollouts;

namespace CanaryController.Manager.Kubernetes;

/// <summary>Leads who holds the Lease and has read everything: by a cache that is not full yet nothing may be decided.</summary>
internal sealed class ClusterLeadership(LeaderElector elector, Informers informers) : ILeadership
{
    /// <inheritdoc/>
    public bool IsLeading => elector.IsLeader && informers.AreSynced;

    /// <inheritdoc/>
    public Uri? LeaderAddress => elector.LeaderAddress;

    /// <inheritdoc/>
    public async Task WhenLeadingAsync(CancellationToken cancellation)
    {
        await informers.WhenSyncedAsync(cancellation);
        await elector.WhenLeaderAsync(cancellation);
    }
}
