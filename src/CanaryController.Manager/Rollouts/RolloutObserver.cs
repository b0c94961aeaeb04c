using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Traffic;

namespace CanaryController.Manager.Rollouts;

/// <summary>Gathers what the planner decides by: the router's split and instances, the evidence's judgement, the clock.</summary>
internal sealed class RolloutObserver(ITrafficRouter router, IEvidence evidence, TimeProvider time)
{
    /// <summary>Looks at everything once. A reading that acting has just brought is used again instead of asking the router twice.</summary>
    public async Task<(RolloutObservation Seen, KnownReading Reading)> ObserveAsync(
        RolloutResource resource, RolloutSpec spec, RolloutState state, RolloutCommand? command, KnownReading? last, CancellationToken cancellation)
    {
        var stable = state.StableRevision ?? spec.InitialStableRevision;
        var canary = state.CanaryRevision ?? resource.DeclaredRevision;
        var known = last is { } fresh && fresh.Stable == stable && fresh.Canary == canary
            ? fresh
            : new(stable, canary, await ReadAsync(resource, stable, canary, cancellation));
        var now = time.GetUtcNow();
        var seen = new RolloutObservation
        {
            Now = now,
            DeclaredRevision = resource.DeclaredRevision,
            Route = known.Reading.Route,
            Workload = Workload(known.Reading, stable, canary),
            Analysis = state.Phase.IsUnderWay() ? evidence.Observe(resource.Key, state, now) : null,
            Command = command,
            Deleted = resource.Deleted,
        };
        return (seen, known);
    }

    private async Task<RouteReading> ReadAsync(RolloutResource resource, string? stable, string? canary, CancellationToken cancellation) =>
        stable is null
            ? RouteReading.Unknown("The resource names no stable version.")
            : await router.ReadAsync(resource.Target, stable, canary, cancellation);

    /// <summary>Somebody else runs the versions: what the router can reach is what there is, and nothing is ever handed over.</summary>
    private static WorkloadObservation Workload(RouteReading reading, string? stable, string? canary)
    {
        var stableInstances = stable is null ? default : reading.Versions.GetValueOrDefault(stable);
        var canaryInstances = canary is null ? default : reading.Versions.GetValueOrDefault(canary);
        return new(stableInstances.Healthy, stableInstances.Total, canaryInstances.Healthy, canaryInstances.Total, HandedOver: true);
    }
}

/// <summary>A reading, and the versions whose words it is in.</summary>
/// <param name="Stable">What was called stable.</param>
/// <param name="Canary">What was called canary.</param>
/// <param name="Reading">What the router said.</param>
internal readonly record struct KnownReading(string? Stable, string? Canary, RouteReading Reading);
