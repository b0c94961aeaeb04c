using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Manager.Workloads;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.Istio;

/// <summary>
/// What stands beside VirtualServices: DestinationRules, and PeerAuthentications. Where subsets tell the versions apart, their labels say which pods an entry sends to; they are made to choose the pods
/// that the versions' Services choose, the canary's only once one of its pods is ready.
/// </summary>
internal sealed class IstioCompanion(
    RouteObjects routes,
    DestinationRules rules,
    SubsetKeeper keeper,
    IObjectCache<PeerAuthenticationObject> authentications,
    IObjectCache<ServiceObject> services,
    IObjectCache<EndpointSliceObject> slices,
    IObjectCache<ReplicaSetObject> sets,
    IFence fence) : RouteCompanion
{
    private const string NotRead = "The DestinationRules and PeerAuthentications are not read yet.";

    /// <inheritdoc/>
    public override RouterType Router => RouterType.Istio;

    /// <inheritdoc/>
    public override CompanionReading Read(ClusterRoute cluster, string stable, string? canary)
    {
        if (cluster.Subsets is not { } subsets)
        {
            return new() { Obstacle = canary is null ? null : OfHosts(BackendPair.Of(cluster, stable, canary), cluster) };
        }

        var isDivided = IsDivided(cluster);
        if (Rule(cluster, subsets, out var problem) is not { } rule)
        {
            return new() { IsSettled = !isDivided, Problem = problem, IsMissing = rules.AreSynced, Obstacle = problem };
        }

        var pins = Pins(cluster, subsets, rule);
        var isKept = pins is not { } wanted || (SubsetPlan.IsDone(rule, subsets, wanted) && (canary is null || rule.Meta.Fence() == fence.Token));
        return new()
        {
            IsSettled = !isDivided || isKept,
            Obstacle = IstioObstacles.OfSubsets(rule, subsets, Strict(cluster.Rollout.Namespace, cluster.Service + BackendPair.CanarySuffix)),
            Roles = isDivided ? new(canary is not null && rule.Subset(subsets.Stable)?.Pin == canary, rule.Subset(subsets.Canary)?.Pin == stable) : default(EntryRoles),
            Basis = rule.Meta.ResourceVersion,
            Condition = keeper.Contended(rule.Meta.Name) is { } contended ? new(RouteObjectRouter.ContendedCondition, "True", "ChangedByOthers", contended) : null,
        };
    }

    /// <inheritdoc/>
    public override async Task<RouteWrite> PrepareAsync(ClusterRoute cluster, TrafficSplit split, string basis, CancellationToken cancellation)
    {
        if (cluster.Subsets is not { } subsets)
        {
            return RouteWrite.Done;
        }

        if (Rule(cluster, subsets, out var problem) is not { } rule)
        {
            return RouteWrite.Refused(problem);
        }

        if (split.Canary is null && !IsDivided(cluster) && SubsetNote.Of(rule) is null)
        {
            return RouteWrite.Done;
        }

        if (Pins(cluster, subsets, rule) is not { } pins)
        {
            return RouteWrite.Refused($"Waits for the Services {cluster.Service}{BackendPair.StableSuffix} and {cluster.Service}{BackendPair.CanarySuffix}, which say which pods are whose.");
        }

        if (rule.Meta.ResourceVersion != basis)
        {
            return RouteWrite.Stale;
        }

        var kept = await keeper.KeepAsync(rule, new(subsets, pins), cancellation);
        return kept.IsDone && split.GivesCanaryTraffic && split.Canary is { } canary && pins.Canary != canary
            ? RouteWrite.Refused($"Waits for a ready pod of {canary} behind Service {cluster.Rollout.Namespace}/{cluster.Service}{BackendPair.CanarySuffix}: a subset without one answers 503.")
            : kept;
    }

    /// <inheritdoc/>
    public override async Task<string?> RestoreAsync(ClusterRoute cluster, string stable, CancellationToken cancellation) =>
        cluster.Subsets is { } subsets ? await keeper.ReturnAsync(new(cluster.Rollout.Namespace, subsets.Rule), stable, cancellation) : null;

    private string? OfHosts(BackendPair pair, ClusterRoute cluster)
    {
        var ns = pair.Namespace;
        if (!rules.AreSynced || !authentications.IsSynced)
        {
            return NotRead;
        }

        return cluster.Routes.Select(route => routes.Find(new(route.Kind, new(ns, route.Name))) is { } seen ? IstioObstacles.OfEntries(pair.In(route), seen) : null).FirstOrDefault(each => each is not null)
            ?? IstioObstacles.OfHosts(pair, rules.About(ns, pair.Service), rules.About(ns, pair.Stable), pair.Canary is { } canary ? rules.About(ns, canary) : null, Strict(ns, pair.Canary ?? pair.Service));
    }

    /// <summary>The rule of the subsets; null with what is wrong.</summary>
    private DestinationRuleObject? Rule(ClusterRoute cluster, VersionSubsets subsets, out string problem)
    {
        var name = new ObjectName(cluster.Rollout.Namespace, subsets.Rule);
        problem = NotRead;
        if (!rules.AreSynced || !authentications.IsSynced)
        {
            return null;
        }

        if (rules.Find(name) is not { } rule)
        {
            problem = $"DestinationRule {name} does not exist: create it, with host: {cluster.Service}.";
            return null;
        }

        problem = $"{rule} is about host {rule.Host.Text}, not about Service {cluster.Service}: correct its host, or name another DestinationRule.";
        return rule.Host.Is(name.Namespace, cluster.Service, name.Namespace) ? rule : null;
    }

    /// <summary>Which pods the subsets should choose; null while the Services do not say it.</summary>
    private SubsetPins? Pins(ClusterRoute cluster, VersionSubsets subsets, DestinationRuleObject rule)
    {
        if (Pinned(cluster, BackendPair.StableSuffix) is not { } stable || Pinned(cluster, BackendPair.CanarySuffix) is not { } canary)
        {
            return null;
        }

        // One that chooses the canary's pods goes on to, also when none of them is ready any more: the weights answer that.
        var mayFollow = canary == stable || rule.Subset(subsets.Canary)?.Pin == canary || IsReady(cluster, canary);
        return new(stable, mayFollow ? canary : stable);
    }

    private string? Pinned(ClusterRoute cluster, string suffix) =>
        services.Find(new(cluster.Rollout.Namespace, cluster.Service + suffix))?.Selector.GetValueOrDefault(Marks.PodTemplateHash);

    /// <summary>A pod of the canary stands behind its Service. Where nobody publishes endpoints, its ReplicaSet tells.</summary>
    private bool IsReady(ClusterRoute cluster, string hash)
    {
        var (ns, name) = (cluster.Rollout.Namespace, cluster.Rollout.Name);
        if (sets.By(ObjectKeys.Rollout(ns, name)).FirstOrDefault(each => each.Hash == hash) is not { } set)
        {
            return false;
        }

        var behind = slices.By(ObjectKeys.Service(ns, cluster.Service + BackendPair.CanarySuffix));
        return behind.Count == 0 && slices.By(ObjectKeys.Service(ns, cluster.Service + BackendPair.StableSuffix)).Count == 0
            ? set.ReadyReplicas > 0
            : behind.SelectMany(slice => (IEnumerable<SliceEndpoint>)slice.Endpoints).Any(endpoint => endpoint is { IsReady: true, Pod: { } pod } && PodName.IsOf(pod, set.Meta.Name.Name));
    }

    /// <summary>One of the routes was divided by us, so that its requests depend on the subsets.</summary>
    private bool IsDivided(ClusterRoute cluster) =>
        cluster.Routes.Any(route => routes.Find(new(route.Kind, new(cluster.Rollout.Namespace, route.Name))) is { } seen && OriginalRoute.Of(seen) is not null);

    /// <summary>What asks the pods behind a Service for mTLS: a PeerAuthentication for them, else the namespace's, else the mesh's. Null when none does.</summary>
    /// <remarks>Pods of a Service have the labels that it selects by. One that is for others of their labels is not seen.</remarks>
    private PeerAuthenticationObject? Strict(string ns, string service)
    {
        var labels = services.Find(new(ns, service))?.Selector;
        return (Said(ns, each => labels is not null && each.Selects(labels)) ?? Said(ns, each => each.Selector.Count == 0)
            ?? Said(PeerAuthenticationObject.RootNamespace, each => each.Selector.Count == 0)) is { Mode: "STRICT" } strict ? strict : null;
    }

    private PeerAuthenticationObject? Said(string ns, Func<PeerAuthenticationObject, bool> isMeant) => authentications.By(PeerAuthenticationObject.NamespaceKey(ns))
        .Where(each => each.Mode is not (null or "UNSET") && isMeant(each)).MinBy(each => each.Meta.Name.Name, StringComparer.Ordinal);
}
