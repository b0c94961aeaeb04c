using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Standalone;
using CanaryController.Resources.Gates;

namespace CanaryController.Manager.Workloads;

/// <summary>On Kubernetes: Deployments are led; the versions of an External workload somebody else runs, as standalone.</summary>
internal sealed class ClusterWorkloads(DeploymentWorkloads deployments, ForeignWorkloads foreign) : IWorkloads, IAskedRevisions
{
    /// <inheritdoc/>
    public AskedRevision? Asked(RolloutResource resource, RolloutState state) =>
        DeploymentWorkloads.Target(resource) is null ? foreign.Asked(resource, state) : deployments.Asked(resource, state);

    /// <inheritdoc/>
    public WorkloadReading Read(RolloutResource resource, RolloutState state) => Of(resource).Read(resource, state);

    /// <inheritdoc/>
    public Task<WorkloadOutcome> ApplyAsync(WorkloadWrite write, CancellationToken cancellation) => Of(write.Resource).ApplyAsync(write, cancellation);

    /// <inheritdoc/>
    public Task<string?> LeaveAsync(RolloutResource resource, RolloutState state, CancellationToken cancellation) => Of(resource).LeaveAsync(resource, state, cancellation);

    private IWorkloads Of(RolloutResource resource) => DeploymentWorkloads.Target(resource) is null ? foreign : deployments;
}
