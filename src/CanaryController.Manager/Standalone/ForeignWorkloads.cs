using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Gates;

namespace CanaryController.Manager.Standalone;

/// <summary>Standalone, somebody else starts and stops the versions: the router counts them, and the resource says what is asked for.</summary>
internal sealed class ForeignWorkloads : IWorkloads, IAskedRevisions
{
    /// <inheritdoc/>
    public AskedRevision? Asked(RolloutResource resource, RolloutState state) => resource.DeclaredRevision is { } declared ? new(declared, []) : null;

    /// <inheritdoc/>
    public WorkloadReading Read(RolloutResource resource, RolloutState state) => new()
    {
        DeclaredRevision = resource.DeclaredRevision,
        Authors = resource.Authors,
        InitialStableRevision = resource.Spec?.InitialStableRevision,
    };

    /// <inheritdoc/>
    public Task<WorkloadOutcome> ApplyAsync(WorkloadWrite write, CancellationToken cancellation) =>
        write.Effects.Any(effect => effect is Effect.ScaleCanary or Effect.HandOver)
            ? throw new InvalidOperationException("The planner wants to scale or hand over a workload, but somebody else runs the versions (workload.kind: External).")
            : Task.FromResult(WorkloadOutcome.Unchanged);

    /// <inheritdoc/>
    public Task<string?> LeaveAsync(RolloutResource resource, RolloutState state, CancellationToken cancellation) => Task.FromResult<string?>(null);
}
