using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic;

/// <summary>Carries out splits. An adapter never throws for what the other side does: it says so in <see cref="RouteObservation.Problem"/>.</summary>
internal interface ITrafficRouter
{
    /// <summary>What the route carries out now. It may be a moment old, but never older than the last answer of <see cref="ApplyAsync"/>.</summary>
    Task<RouteReading> ReadAsync(RouteTarget target, string stable, string? canary, CancellationToken cancellation);

    /// <summary>
    /// Makes the route carry out <paramref name="split"/>, and reads it back. The write holds only while the route is as it was in <paramref name="basis"/>, which was read before
    /// the decision was stored: a stale writer moves no traffic. When somebody else wrote in between, nothing is written and what is there now is answered.
    /// </summary>
    Task<RouteReading> ApplyAsync(RouteTarget target, TrafficSplit split, RouteReading basis, CancellationToken cancellation);

    /// <summary>
    /// Leaves the route as it was before it was first divided, all requests to the version that <paramref name="stable"/> names. Null when that is done; otherwise what is
    /// waited for or wrong, in one sentence: it is called again.
    /// </summary>
    Task<string?> RestoreAsync(RouteTarget target, string stable, CancellationToken cancellation);
}

/// <summary>Names a route of a router.</summary>
/// <param name="Gateway">The name of the gateway, Consul agent or HAProxy in the manager's configuration.</param>
/// <param name="Route">The route's name in that gateway; the service's of Consul, the backend's of HAProxy.</param>
internal readonly record struct RouteTarget(string Gateway, string Route)
{
    /// <summary>What kind of router divides it.</summary>
    public RouterType Router { get; init; }

    /// <summary>Where it is on Kubernetes; null on plain hosts.</summary>
    public ClusterRoute? Cluster { get; init; }
}

/// <summary>A route on Kubernetes.</summary>
/// <param name="Rollout">The rollout that divides it; its namespace is the route's.</param>
/// <param name="Router">What kind of route it is.</param>
/// <param name="Routes">The objects that are divided; none with ReplicaRatio.</param>
/// <param name="Service">The apex Service, which clients call. With External versions: the name that requests are counted under.</param>
/// <param name="Port">Its port; null = its only one.</param>
/// <param name="Workload">Who runs the versions: of a Deployment they stand behind <c>SERVICE-stable</c> and <c>SERVICE-canary</c>, External ones behind the Services that they are named after.</param>
internal sealed record ClusterRoute(
    RolloutKey Rollout, RouterType Router, EquatableArray<NamedRoute> Routes, string Service, int? Port, WorkloadType Workload)
{
    /// <summary>The Ingresses that are divided by others beside them; only with IngressNginx.</summary>
    public EquatableArray<string> Ingresses { get; init; }

    /// <summary>The subsets of the Service that the versions are told apart by; null where they have Services of their own.</summary>
    public VersionSubsets? Subsets { get; init; }

    /// <summary>The Deployment whose pods run the versions; null for External.</summary>
    public string? Deployment { get; init; }
}

/// <summary>An object that a rollout names.</summary>
/// <param name="Kind">Of which kind.</param>
/// <param name="Name">Its name, in the rollout's namespace.</param>
internal readonly record struct NamedRoute(RouteKind Kind, string Name)
{
    /// <summary>The names of those of its rules that may be divided; none = all of them.</summary>
    public EquatableArray<string> Rules { get; init; }
}

/// <summary>The versions' subsets.</summary>
/// <param name="Rule">The name of the DestinationRule that has them; with Consul, of the ServiceResolver.</param>
/// <param name="Stable">The name of stable's.</param>
/// <param name="Canary">The canary's.</param>
internal sealed record VersionSubsets(string Rule, string Stable, string Canary);

/// <summary>What a router says of a route.</summary>
/// <param name="Route">The split, in the planner's words.</param>
/// <param name="Versions">The instances of each version that the router knows.</param>
internal sealed record RouteReading(RouteObservation Route, IReadOnlyDictionary<string, VersionInstances> Versions)
{
    /// <summary>Which states of the route's objects this is, for the condition of the next write; empty where the router keeps that itself.</summary>
    public EquatableArray<string> Basis { get; init; }

    /// <summary>
    /// What the route carries, where <see cref="RouteObservation.Applied"/> does not count it as known because an earlier leader, or nobody of ours, wrote it. Only for whoever has never seen
    /// the rollout: the planner asks for nothing before it knows what is stable.
    /// </summary>
    public TrafficSplit? Found { get; init; }

    /// <summary>
    /// What those of the route's objects say that exist and send to the rollout, when others are known not to; null when all do. Only for whoever leaves: an object that is gone, or names
    /// the rollout no more, has nothing to take back, and nobody will bring it back.
    /// </summary>
    public RouteObservation? WithoutMissing { get; init; }

    /// <summary>What people should know of the route, beside what the planner needs: conditions like RouteContended. Only those that hold.</summary>
    public EquatableArray<ConditionView> Conditions { get; init; }

    /// <summary>Nothing is known, because of <paramref name="problem"/>.</summary>
    public static RouteReading Unknown(string problem) => new(new RouteObservation(null, false, problem), new Dictionary<string, VersionInstances>());
}

/// <summary>A version's instances behind a route.</summary>
/// <param name="Healthy">Those that can take requests.</param>
/// <param name="Total">Those configured.</param>
internal readonly record struct VersionInstances(int Healthy, int Total);
