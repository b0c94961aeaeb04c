using CanaryController.Core.Rollouts;
using CanaryController.Manager.Traffic;

namespace CanaryController.Manager.Rollouts;

/// <summary>
/// Leaves everything as if we had never been there, before a rollout is forgotten: first the route, then the versions behind it. It is called again until both are done,
/// also after a crash between the two.
/// </summary>
internal sealed class RolloutLeaver(ITrafficRouter router, IWorkloads workloads)
{
    /// <summary>Null when all is done; otherwise what is waited for or wrong, in one sentence.</summary>
    public async Task<string?> LeaveAsync(RolloutResource resource, RolloutState state, CancellationToken cancellation)
    {
        if (state.StableRevision is { } stable && await router.RestoreAsync(resource.Target, stable, cancellation) is { } route)
        {
            return route;
        }

        return await workloads.LeaveAsync(resource, state, cancellation);
    }
}
