using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>
/// Carries out splits by the weights in lists of objects, whatever their kind (ADR 0008). Reading costs no request. All objects of a rollout carry the same split; a weight that rises stops at
/// the first object that does not follow, one that falls never does.
/// </summary>
internal sealed class RouteObjectRouter(
    RouteObjects routes,
    RouteDivider divider,
    RouteReturner returner,
    RouteContention contention,
    IObjectCache<ServiceObject> services,
    IObjectCache<EndpointSliceObject> slices,
    IFence fence,
    IEnumerable<IRouteCheck> checks) : ITrafficRouter
{
    /// <summary>The condition that somebody else changes the weights again and again.</summary>
    public const string ContendedCondition = "RouteContended";

    /// <inheritdoc/>
    public Task<RouteReading> ReadAsync(RouteTarget target, string stable, string? canary, CancellationToken cancellation) =>
        Task.FromResult(Read(target.Cluster!, stable, canary == stable ? null : canary));

    /// <inheritdoc/>
    public async Task<RouteReading> ApplyAsync(RouteTarget target, TrafficSplit split, RouteReading basis, CancellationToken cancellation)
    {
        var cluster = target.Cluster!;
        if (!split.Matches.IsEmpty)
        {
            return RouteReading.Unknown("This version divides by weight only: it adds no rules that match requests.");
        }

        var pair = BackendPair.Of(cluster, split.Stable, split.Canary);
        var mayStop = basis.Route.Applied is { } applied && split.Weight > applied.Weight;
        if (Exposes(split, basis.Route.Applied) && Obstacle(cluster, pair) is { } obstacle)
        {
            var now = Read(cluster, split.Stable, split.Canary == split.Stable ? null : split.Canary);
            return now with { Route = now.Route with { Accepted = false, Problem = obstacle } };
        }

        var problem = default(string);
        for (var index = 0; index < cluster.Routes.Count; index++)
        {
            var seen = index < basis.Basis.Count ? basis.Basis[index] : "";
            var written = await divider.DivideAsync(Name(cluster, index), pair, split, seen, cancellation);
            problem ??= written.Problem;
            if (!written.IsDone && mayStop)
            {
                break;
            }
        }

        var reading = Read(cluster, split.Stable, split.Canary == split.Stable ? null : split.Canary);
        return problem is null ? reading : reading with { Route = reading.Route with { Accepted = false, Problem = problem } };
    }

    /// <inheritdoc/>
    public async Task<string?> RestoreAsync(RouteTarget target, string stable, CancellationToken cancellation)
    {
        var cluster = target.Cluster!;
        var pair = BackendPair.Of(cluster, stable, null);
        var left = default(string);
        for (var index = 0; index < cluster.Routes.Count; index++)
        {
            var name = Name(cluster, index);
            if (await returner.ReturnAsync(name, pair, cancellation) is { } why)
            {
                left ??= why;
            }
            else
            {
                divider.Forget(name);
            }
        }

        return left;
    }

    private RouteReading Read(ClusterRoute cluster, string stable, string? canary)
    {
        var (pair, roles) = (BackendPair.Of(cluster, stable, canary), Roles(cluster, stable, canary));
        var (fold, present, silent) = (new RouteFold(stable, canary), new RouteFold(stable, canary), 0);
        var (basis, conditions) = (new string[cluster.Routes.Count], new List<ConditionView>());
        for (var index = 0; index < cluster.Routes.Count; index++)
        {
            var name = Name(cluster, index);
            if (routes.Find(name) is not { } route)
            {
                basis[index] = "";
                var why = routes.WhyMissing(name.Kind);
                silent += why is null ? 1 : 0;
                fold.Missing(why ?? $"{name} does not exist.");
                continue;
            }

            basis[index] = route.Meta.ResourceVersion;
            var (split, acceptance, isFenced) = (RouteSplit.Of(route, pair, roles), route.AcceptanceBy(cluster.Router), route.Meta.Fence() == fence.Token);
            fold.Add(name, split, acceptance, isFenced);
            if (split.IsAbsent)
            {
                silent++;
            }
            else
            {
                present.Add(name, split, acceptance, isFenced);
            }

            if (contention.Describe(name) is { } contended)
            {
                conditions.Add(new(ContendedCondition, "True", "ChangedByOthers", contended));
            }
        }

        return new(Checked(cluster, pair, fold.Result()), Versions(cluster, stable, canary))
        {
            Basis = [.. basis],
            Conditions = [.. conditions],
            Found = fold.Found,
            WithoutMissing = silent == basis.Length ? new(TrafficSplit.AllTo(stable), true, null) : silent > 0 ? present.Result() : null,
        };
    }

    /// <summary>The canary gets more than it has, or a route is divided: from then on also stable's requests go to another Service.</summary>
    private static bool Exposes(TrafficSplit split, TrafficSplit? applied) =>
        split.Weight > (applied?.Weight ?? CanaryWeight.Zero) || (split.Canary is not null && applied is { Canary: null });

    /// <summary>A canary that has traffic while something stands in the way may have another share than is written. At weight 0 it does no harm, and an abort never waits for it.</summary>
    private RouteObservation Checked(ClusterRoute cluster, BackendPair pair, RouteObservation seen) =>
        seen is { Problem: null, Applied: { Canary: not null } applied } && applied.Weight > CanaryWeight.Zero && Obstacle(cluster, pair) is { } obstacle
            ? seen with { Accepted = false, Problem = obstacle }
            : seen;

    /// <summary>What keeps the canary from getting more, or from keeping what it has; null when nothing does.</summary>
    private string? Obstacle(ClusterRoute cluster, BackendPair pair) =>
        checks.Where(check => check.Routers.Contains(cluster.Router)).Select(check => check.Obstacle(cluster, pair)).FirstOrDefault(obstacle => obstacle is not null);

    private EntryRoles Roles(ClusterRoute cluster, string stable, string? canary)
    {
        if (cluster.Workload is WorkloadType.External)
        {
            return default;
        }

        return new(
            StableIsCanary: canary is not null && Pinned(cluster, BackendPair.StableSuffix) == canary,
            CanaryIsStable: Pinned(cluster, BackendPair.CanarySuffix) == stable);
    }

    private string? Pinned(ClusterRoute cluster, string suffix) =>
        services.Find(new(cluster.Rollout.Namespace, cluster.Service + suffix))?.Selector.GetValueOrDefault(Marks.PodTemplateHash);

    private Dictionary<string, VersionInstances> Versions(ClusterRoute cluster, string stable, string? canary)
    {
        var versions = new Dictionary<string, VersionInstances>(StringComparer.Ordinal);
        if (cluster.Workload is WorkloadType.External)
        {
            versions[stable] = Count(cluster, stable);
            if (canary is not null)
            {
                versions[canary] = Count(cluster, canary);
            }
        }

        return versions;
    }

    /// <summary>A pod has an endpoint in a slice of each address family: it counts once.</summary>
    private VersionInstances Count(ClusterRoute cluster, string service)
    {
        var endpoints = slices.By(ObjectKeys.Service(cluster.Rollout.Namespace, service)).SelectMany(slice => (IEnumerable<SliceEndpoint>)slice.Endpoints).ToList();
        var named = endpoints.Where(endpoint => endpoint.Pod is not null).GroupBy(endpoint => endpoint.Pod).Select(pod => pod.Any(each => each.IsReady)).ToList();
        var others = endpoints.Where(endpoint => endpoint.Pod is null).ToList();
        return new(named.Count(ready => ready) + others.Count(each => each.IsReady), named.Count + others.Count);
    }

    private static RouteId Name(ClusterRoute cluster, int index) => new(cluster.Routes[index].Kind, new(cluster.Rollout.Namespace, cluster.Routes[index].Name));
}
