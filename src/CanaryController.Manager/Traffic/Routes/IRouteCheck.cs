using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>
/// What has to hold beside the routes themselves before a canary gets more than it has: what a mesh or a gateway would make of the split in silence. A check reads caches only, and is asked
/// again at every pass. It stops a weight from rising, and never one from falling.
/// </summary>
internal interface IRouteCheck
{
    /// <summary>The routers for whose rollouts it is asked.</summary>
    IReadOnlyList<RouterType> Routers { get; }

    /// <summary>What stands in the way and how to mend it, in one sentence; null when nothing does.</summary>
    string? Obstacle(ClusterRoute route, BackendPair pair);
}
