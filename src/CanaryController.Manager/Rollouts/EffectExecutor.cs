using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic;

namespace CanaryController.Manager.Rollouts;

/// <summary>Carries effects out. Each is emitted again while what is applied differs from what is wanted, so nothing is retried here.</summary>
internal sealed class EffectExecutor(ITrafficRouter router, IWorkloads workloads)
{
    /// <summary>
    /// The workload first, then the route. A hand over that stands beside a split waits for the next pass: it ends the version that the route may still send requests to.
    /// </summary>
    public async Task<EffectResult> ApplyAsync(Observed observed, RolloutResource resource, Decision decision, CancellationToken cancellation)
    {
        var split = decision.Effects.OfType<Effect.ApplySplit>().SingleOrDefault()?.Split;
        EquatableArray<Effect> own = [.. decision.Effects.Where(effect => effect is Effect.ScaleCanary || (effect is Effect.HandOver && split is null))];
        var outcome = await workloads.ApplyAsync(
            new(resource, observed.Spec, decision.Next, own, observed.Workload) { Route = observed.Route.Reading.Route }, cancellation);
        if (split is null)
        {
            return new(null, outcome.Failure, outcome.Changed);
        }

        var reading = await router.ApplyAsync(resource.Target, split, observed.Route.Reading, cancellation);
        var isStale = IsStale(reading, observed.Route.Reading, split);
        var refused = reading.Route is { Problem: null, Accepted: false } && !isStale ? $"The route {resource.Target.Route} has not taken up the split yet." : null;
        return new(new(split.Stable, split.Canary, reading), outcome.Failure ?? reading.Route.Problem ?? refused, outcome.Changed || isStale);
    }

    /// <summary>Somebody else wrote in between, so nothing was written: decide again by what is there now, even when it looks the same.</summary>
    private static bool IsStale(RouteReading now, RouteReading basis, TrafficSplit split) =>
        now.Route.Problem is null && now.Basis != basis.Basis && now.Route.Applied?.RoutesAlike(split) is not true;
}

/// <summary>What acting came to.</summary>
/// <param name="Reading">What the router said after the last split; null when there was none.</param>
/// <param name="Failure">Why an effect was not carried out; null when all were.</param>
/// <param name="Changed">The workload was changed, or the route by somebody else: look again.</param>
internal sealed record EffectResult(KnownReading? Reading, string? Failure, bool Changed);
