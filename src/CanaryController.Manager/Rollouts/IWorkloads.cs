using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Rollouts;

/// <summary>Knows what runs of each version, and scales and hands over where the controller does that.</summary>
internal interface IWorkloads
{
    /// <summary>What runs now, and what is asked for. Reads memory only.</summary>
    WorkloadReading Read(RolloutResource resource, RolloutState state);

    /// <summary>
    /// Brings the workload as near to what was decided as it can go now, and keeps what always has to hold (a paused Deployment, pinned Services, parked ReplicaSets). Called after
    /// each decision was stored, before the router: a capacity that falls never stands beside a split that is still to be applied. Each write holds only while
    /// the object is as it was in <see cref="WorkloadWrite.Basis"/>.
    /// </summary>
    Task<WorkloadOutcome> ApplyAsync(WorkloadWrite write, CancellationToken cancellation);

    /// <summary>
    /// Before the rollout is forgotten and after the router was restored: leaves everything as if we had never been there. Null when that is done; otherwise what is waited for or
    /// wrong, in one sentence: it is called again.
    /// </summary>
    Task<string?> LeaveAsync(RolloutResource resource, RolloutState state, CancellationToken cancellation);
}

/// <summary>What runs of a rollout's versions.</summary>
internal record WorkloadReading
{
    /// <summary>Instances of each version; null where the router counts them.</summary>
    public WorkloadObservation? Counts { get; init; }

    /// <summary>The revision that is asked for; null when that cannot be said now, and then nothing new is asked for.</summary>
    public string? DeclaredRevision { get; init; }

    /// <summary>Who made that revision, as far as somebody tells.</summary>
    public EquatableArray<string> Authors { get; init; }

    /// <summary>What is stable when the rollout is seen for the first time; null while that cannot be said.</summary>
    public string? InitialStableRevision { get; init; }

    /// <summary>What keeps the workload from being read or led, in one sentence; null when nothing does.</summary>
    public string? Problem { get; init; }

    /// <summary>The images of <see cref="DeclaredRevision"/>, as the template names them; none where somebody else runs the versions.</summary>
    public EquatableArray<string> Images { get; init; }

    /// <summary>What people should know: HoldContended, ApexOpen, HPAMetricUnsafe. Only those that hold.</summary>
    public EquatableArray<ConditionView> Conditions { get; init; }
}

/// <summary>What was decided, for the workload.</summary>
/// <param name="Resource">The resource in force.</param>
/// <param name="Spec">What is wanted.</param>
/// <param name="State">The state, as it was stored.</param>
/// <param name="Effects">What is to be done; those for the router are somebody else's. A hand over that stands beside a split is left for the next pass.</param>
/// <param name="Basis">What the decision was made by.</param>
internal sealed record WorkloadWrite(
    RolloutResource Resource, RolloutSpec Spec, RolloutState State, EquatableArray<Effect> Effects, WorkloadReading Basis)
{
    /// <summary>What the route was seen to carry; null where there is none.</summary>
    public RouteObservation? Route { get; init; }
}

/// <summary>What acting on a workload came to.</summary>
/// <param name="Changed">Something was written, or somebody else wrote in between: look again at once.</param>
/// <param name="Failure">Why something could not be done, in one sentence; null when all was, or waits for the cluster.</param>
internal readonly record struct WorkloadOutcome(bool Changed, string? Failure)
{
    /// <summary>Nothing was to be done.</summary>
    public static WorkloadOutcome Unchanged => default;
}
