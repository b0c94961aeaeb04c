using CanaryController.Manager.Rollouts;

namespace CanaryController.Manager.Workloads;

/// <summary>What runs of a Deployment's versions, and the objects that it was read from: writes rest on these.</summary>
internal sealed record DeploymentReading : WorkloadReading
{
    public required WorkloadSnapshot Snapshot { get; init; }
}
