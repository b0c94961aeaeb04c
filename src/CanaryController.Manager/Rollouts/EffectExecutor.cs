using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Traffic;

namespace CanaryController.Manager.Rollouts;

/// <summary>Carries effects out. Each is emitted again while what is applied differs from what is wanted, so nothing is retried here.</summary>
internal sealed class EffectExecutor(ITrafficRouter router)
{
    /// <summary>Does all of <paramref name="effects"/> in order.</summary>
    public async Task<EffectResult> ApplyAsync(RouteTarget target, EquatableArray<Effect> effects, CancellationToken cancellation)
    {
        var result = new EffectResult(null, null);
        for (var index = 0; index < effects.Count && result.Failure is null; index++)
        {
            result = effects[index] switch
            {
                Effect.ApplySplit apply => await ApplyAsync(target, apply, cancellation),
                Effect.ScaleCanary or Effect.HandOver => throw new InvalidOperationException(
                    "The planner wants to scale or hand over a workload, but standalone somebody else runs the versions (workload.kind: External)."),
                _ => throw new InvalidOperationException($"Nobody carries out {effects[index].GetType().Name}."),
            };
        }

        return result;
    }

    private async Task<EffectResult> ApplyAsync(RouteTarget target, Effect.ApplySplit apply, CancellationToken cancellation)
    {
        var reading = await router.ApplyAsync(target, apply.Split, cancellation);
        var refused = reading.Route is { Problem: null, Accepted: false } ? $"The route {target.Route} has not taken up the split yet." : null;
        return new(new(apply.Split.Stable, apply.Split.Canary, reading), reading.Route.Problem ?? refused);
    }
}

/// <summary>What acting came to.</summary>
/// <param name="Reading">What the router said after the last split; null when there was none.</param>
/// <param name="Failure">Why an effect was not carried out; null when all were.</param>
internal sealed record EffectResult(KnownReading? Reading, string? Failure);
