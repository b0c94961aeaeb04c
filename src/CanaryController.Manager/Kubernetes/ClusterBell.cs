using CanaryController.Manager.Api;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Kubernetes;

/// <summary>Rings for whoever waits at a gate when a Rollout changes: on a standby the transitions are the leader's, and only the watch tells of them.</summary>
internal sealed class ClusterBell(ObjectCache<RolloutObject> rollouts, GateBell bell) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        rollouts.Changed += Ring;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        rollouts.Changed -= Ring;
        return Task.CompletedTask;
    }

    private void Ring(RolloutObject? before, RolloutObject? after) => bell.Ring((after ?? before)!.Key);
}
