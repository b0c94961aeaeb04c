using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic;

/// <summary>Carries out splits. An adapter never throws for what the other side does: it says so in <see cref="RouteObservation.Problem"/>.</summary>
internal interface ITrafficRouter
{
    /// <summary>What the route carries out now. It may be a moment old, but never older than the last answer of <see cref="ApplyAsync"/>.</summary>
    Task<RouteReading> ReadAsync(RouteTarget target, string stable, string? canary, CancellationToken cancellation);

    /// <summary>Makes the route carry out <paramref name="split"/>, and reads it back.</summary>
    Task<RouteReading> ApplyAsync(RouteTarget target, TrafficSplit split, CancellationToken cancellation);
}

/// <summary>Names a route of a router.</summary>
/// <param name="Gateway">The gateway's name in the manager's configuration.</param>
/// <param name="Route">The route's name in that gateway.</param>
internal readonly record struct RouteTarget(string Gateway, string Route);

/// <summary>What a router says of a route.</summary>
/// <param name="Route">The split, in the planner's words.</param>
/// <param name="Versions">The instances of each version that the router knows.</param>
internal sealed record RouteReading(RouteObservation Route, IReadOnlyDictionary<string, VersionInstances> Versions)
{
    /// <summary>Nothing is known, because of <paramref name="problem"/>.</summary>
    public static RouteReading Unknown(string problem) => new(new RouteObservation(null, false, problem), new Dictionary<string, VersionInstances>());
}

/// <summary>A version's instances behind a route.</summary>
/// <param name="Healthy">Those that can take requests.</param>
/// <param name="Total">Those configured.</param>
internal readonly record struct VersionInstances(int Healthy, int Total);
