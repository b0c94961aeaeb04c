using System.Collections.Frozen;
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
    IEnumerable<RouteCompanion>? companions = null) : ITrafficRouter
{
    private readonly FrozenDictionary<RouterType, RouteCompanion> _companions = (companions ?? []).ToFrozenDictionary(each => each.Router);

    /// <summary>The condition that somebody else changes the weights again and again.</summary>
    public const string ContendedCondition = "RouteContended";

    /// <inheritdoc/>
    public Task<RouteReading> ReadAsync(RouteTarget target, string stable, string? canary, CancellationToken cancellation) =>
        Task.FromResult(Read(target.Cluster!, stable, canary == stable ? null : canary));

    /// <inheritdoc/>
    public async Task<RouteReading> ApplyAsync(RouteTarget target, TrafficSplit split, RouteReading basis, CancellationToken cancellation)
    {
        var cluster = target.Cluster!;
        var ground = await PrepareAsync(cluster, split, basis, cancellation);
        if (!ground.IsDone && split.GivesCanaryTraffic && !Lowers(basis, split))
        {
            var now = Read(cluster, split.Stable, split.Canary == split.Stable ? null : split.Canary);
            return ground.Problem is { } wrong ? Unfollowed(now, wrong) : now;
        }

        var obstacle = ground.IsDone ? null : ground.Problem ?? "Somebody else changed what the routes need in between: it is looked at again.";
        var pair = BackendPair.Of(cluster, split.Stable, split.Canary);
        var mayStop = basis.Route.Applied is { } applied && !split.GivesNoMoreThan(applied);
        var problem = default(string);
        for (var index = 0; index < cluster.Routes.Count; index++)
        {
            var seen = index < basis.Basis.Count ? basis.Basis[index] : "";
            var written = await divider.DivideAsync(Name(cluster, index), pair.In(cluster.Routes[index]), split, seen, obstacle, cancellation);
            problem ??= written.Problem;
            if (!written.IsDone && mayStop)
            {
                break;
            }
        }

        var reading = Read(cluster, split.Stable, split.Canary == split.Stable ? null : split.Canary);
        return problem is null ? reading : Unfollowed(reading, problem);
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
            if (await returner.ReturnAsync(name, pair.In(cluster.Routes[index]), cancellation) is { } why)
            {
                left ??= why;
            }
            else
            {
                divider.Forget(name);
            }
        }

        return left ?? await (_companions.GetValueOrDefault(cluster.Router)?.RestoreAsync(cluster, stable, cancellation) ?? Task.FromResult<string?>(null));
    }

    /// <summary>What is needed beside the routes is written first. What only keeps a canary from its first request is asked for as long as it has none.</summary>
    private async Task<RouteWrite> PrepareAsync(ClusterRoute cluster, TrafficSplit split, RouteReading basis, CancellationToken cancellation)
    {
        var seen = basis.Basis.Count > cluster.Routes.Count ? basis.Basis[cluster.Routes.Count] : "";
        var prepared = _companions.GetValueOrDefault(cluster.Router) is { } companion ? await companion.PrepareAsync(cluster, split, seen, cancellation) : RouteWrite.Done;
        var why = (basis.Route.Applied ?? basis.Found) is { GivesCanaryTraffic: true } ? Companion(cluster, split.Stable, split.Canary).Diversion : FirstObstacle(cluster, split);
        why ??= Incapable(cluster, split);
        return why is null ? prepared : RouteWrite.Refused(why);
    }

    /// <summary>Why none of the rules that send to the service can give what is wanted beside the weight, in one sentence; null when one can, or an object is not known.</summary>
    private string? Incapable(ClusterRoute cluster, TrafficSplit split)
    {
        var (beside, pair) = (BesideWeight.Of(split), BackendPair.Of(cluster, split.Stable, split.Canary));
        List<RuleTraits> able = [];
        for (var index = 0; index < cluster.Routes.Count && !beside.IsNone; index++)
        {
            if (routes.Find(Name(cluster, index)) is not { } route)
            {
                return null;
            }

            var own = pair.In(cluster.Routes[index]);
            able.AddRange(route.Rules.Where(rule => own.FindBeside(rule) is not null || own.Find(rule, OriginalRoute.Of(route)?.Pair ?? default).IsOurs).Select(rule => rule.Traits).OfType<RuleTraits>());
        }

        return !beside.Matches.IsEmpty && !able.Exists(each => each.CanMatch) ? Sentence(mirrors: false)
            : beside.IsMirrored && !able.Exists(each => each.CanMirror) ? Sentence(mirrors: true)
            : null;

        string Sentence(bool mirrors) => $"Nothing that the rollout divides can match or mirror requests: {cluster.Routes[0].Kind.Incapable(pair, mirrors)}";
    }

    private string? FirstObstacle(ClusterRoute cluster, TrafficSplit split) =>
        split.Canary is null ? null
        : Companion(cluster, split.Stable, split.Canary).Obstacle
            ?? Enumerable.Range(0, cluster.Routes.Count).Select(index => routes.Find(Name(cluster, index))?.AcceptanceBy(cluster.Router).Obstacle).FirstOrDefault(each => each is not null);

    private static bool Lowers(RouteReading basis, TrafficSplit split) => (basis.Route.Applied ?? basis.Found) is { } before && split.GivesLessThan(before);

    private static RouteReading Unfollowed(RouteReading reading, string problem) => reading with { Route = reading.Route with { Accepted = false, Problem = problem } };

    private CompanionReading Companion(ClusterRoute cluster, string stable, string? canary) =>
        _companions.GetValueOrDefault(cluster.Router)?.Read(cluster, stable, canary) ?? CompanionReading.Nothing;

    private RouteReading Read(ClusterRoute cluster, string stable, string? canary)
    {
        var beside = Companion(cluster, stable, canary);
        var (pair, roles) = (BackendPair.Of(cluster, stable, canary), beside.Roles ?? Roles(cluster, stable, canary));
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
            var (split, acceptance, isFenced) = (RouteSplit.Of(route, pair.In(cluster.Routes[index]), roles), route.AcceptanceBy(cluster.Router), route.Meta.Fence() == fence.Token);
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

        if (beside.Condition is { } condition)
        {
            conditions.Add(condition);
        }

        var whole = fold.Result() is { Problem: null, Applied: { GivesCanaryTraffic: true } } seen && beside.Diversion is { } diversion
            ? seen with { Accepted = false, Problem = diversion }
            : fold.Result();
        return new(beside.IsSettled ? whole : new(null, false, beside.Problem ?? whole.Problem), Versions(cluster, stable, canary))
        {
            Basis = beside.Basis.Length == 0 ? [.. basis] : [.. basis, beside.Basis],
            Conditions = [.. conditions],
            Found = fold.Found,
            WithoutMissing = silent == basis.Length ? new(TrafficSplit.AllTo(stable), true, null) : silent > 0 || beside.IsMissing ? present.Result() : null,
        };
    }

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
