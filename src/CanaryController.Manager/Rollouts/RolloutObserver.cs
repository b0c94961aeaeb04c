using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Traffic;

namespace CanaryController.Manager.Rollouts;

/// <summary>Gathers what the planner decides by: the router's split, what runs, the evidence's judgement, the clock.</summary>
internal sealed class RolloutObserver(
    ITrafficRouter router, IWorkloads workloads, IEvidence evidence, IGates gates, RolloutWindows windows, UnderWayLimit limit, TimeProvider time)
{
    /// <summary>Looks at everything once. A reading that acting has just brought is used again instead of asking the router twice.</summary>
    public async Task<Observed> ObserveAsync(
        RolloutResource resource, RolloutSpec spec, RolloutState state, RolloutCommand? command, KnownReading? last, CancellationToken cancellation)
    {
        var workload = workloads.Read(resource, state);
        var stable = state.StableRevision ?? workload.InitialStableRevision;
        var canary = state.CanaryRevision ?? workload.DeclaredRevision;
        var known = last is { } fresh && fresh.Stable == stable && fresh.Canary == canary
            ? fresh
            : new(stable, canary, await ReadAsync(resource, workload, stable, canary, cancellation));
        var now = time.GetUtcNow();
        var seen = new RolloutObservation
        {
            Now = now,
            DeclaredRevision = workload.DeclaredRevision,
            Authors = workload.Authors,
            Route = RouteOf(resource, state, known.Reading),
            Workload = workload.Counts ?? Counts(known.Reading, stable, canary),
            Analysis = state.Phase.IsUnderWay() ? evidence.Observe(resource.Key, state, now) : null,
            Gates = state.Phase.IsUnderWay() ? gates.Observe(resource.Key, state) : [],
            Window = windows.Look(resource, now),
            Command = command,
            Deleted = resource.Deleted,
            Released = resource.Released,
        };
        seen = seen with { StartLimit = limit.Take(resource, state, seen) };
        return new(seen, spec with { InitialStableRevision = workload.InitialStableRevision }, known, workload);
    }

    private async Task<RouteReading> ReadAsync(RolloutResource resource, WorkloadReading workload, string? stable, string? canary, CancellationToken cancellation) =>
        stable is null
            ? RouteReading.Unknown(workload.Problem ?? "The resource names no stable version.")
            : await router.ReadAsync(resource.Target, stable, canary, cancellation);

    private static RouteObservation RouteOf(RolloutResource resource, RolloutState state, RouteReading reading) =>
        state.StableRevision is null ? reading.Route with { Applied = reading.Route.Applied ?? reading.Found }
        : (resource.Deleted || resource.Released) && reading.WithoutMissing is { } rest ? rest
        : reading.Route;

    /// <summary>Somebody else runs the versions: what the router can reach is what there is, and nothing is ever handed over.</summary>
    private static WorkloadObservation Counts(RouteReading reading, string? stable, string? canary)
    {
        var stableInstances = stable is null ? default : reading.Versions.GetValueOrDefault(stable);
        var canaryInstances = canary is null ? default : reading.Versions.GetValueOrDefault(canary);
        return new(stableInstances.Healthy, stableInstances.Total, canaryInstances.Healthy, canaryInstances.Total, HandedOver: true);
    }
}

/// <summary>What was seen.</summary>
/// <param name="Seen">In the planner's words.</param>
/// <param name="Spec">What is wanted, with the stable version that is found at first.</param>
/// <param name="Route">The router's own words.</param>
/// <param name="Workload">The workload's own words.</param>
internal sealed record Observed(RolloutObservation Seen, RolloutSpec Spec, KnownReading Route, WorkloadReading Workload);

/// <summary>A reading, and the versions whose words it is in.</summary>
/// <param name="Stable">What was called stable.</param>
/// <param name="Canary">What was called canary.</param>
/// <param name="Reading">What the router said.</param>
internal readonly record struct KnownReading(string? Stable, string? Canary, RouteReading Reading);
