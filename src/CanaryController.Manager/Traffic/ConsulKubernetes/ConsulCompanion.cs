using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Manager.Workloads;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>
/// What stands beside a ServiceSplitter: the ServiceResolver of the same service, whose subsets tell the versions apart. They are made to choose the pods that the versions' Services choose, the canary's only
/// once one of its pods is ready.
/// </summary>
internal sealed class ConsulCompanion(
    RouteObjects routes,
    ServiceResolvers resolvers,
    ResolverKeeper keeper,
    ConsulSurroundings surroundings,
    IObjectCache<ServiceObject> services,
    IObjectCache<EndpointSliceObject> slices,
    IObjectCache<ReplicaSetObject> sets,
    IObjectCache<DeploymentObject> deployments,
    IFence fence) : RouteCompanion
{
    private const string NotRead = "The ServiceResolvers are not read yet.";

    /// <inheritdoc/>
    public override RouterType Router => RouterType.Consul;

    /// <inheritdoc/>
    public override CompanionReading Read(ClusterRoute cluster, string stable, string? canary)
    {
        var isDivided = IsDivided(cluster);
        if (Resolver(cluster, out var problem) is not { } resolver)
        {
            return new() { IsSettled = !isDivided, Problem = problem, IsMissing = resolvers.AreSynced, Obstacle = problem };
        }

        var pins = Pins(cluster, resolver);
        var isKept = pins is not { } wanted || (ResolverSubsetPlan.IsDone(resolver, wanted) && (canary is null || resolver.Meta.Fence() == fence.Token));
        return new()
        {
            IsSettled = !isDivided || isKept,
            Obstacle = resolver.Redirect is { } redirect
                ? $"{resolver} redirects to {redirect}, so its subsets count for nothing: roll that service out instead, or take the redirect away."
                : resolver.Acceptance.Problem ?? (canary is null ? null : surroundings.Obstacle(resolver.Meta.Name)),
            Diversion = canary is null ? null : surroundings.Diversion(resolver.Meta.Name),
            Roles = isDivided ? Roles(cluster, resolver, stable, canary) : default(EntryRoles),
            Basis = resolver.Meta.ResourceVersion,
            Condition = keeper.Contended(resolver.Meta.Name) is { } contended ? new(RouteObjectRouter.ContendedCondition, "True", "ChangedByOthers", contended) : surroundings.Bypass(resolver.Meta.Name),
        };
    }

    /// <inheritdoc/>
    public override async Task<RouteWrite> PrepareAsync(ClusterRoute cluster, TrafficSplit split, string basis, CancellationToken cancellation)
    {
        if (Resolver(cluster, out var problem) is not { } resolver)
        {
            return RouteWrite.Refused(problem);
        }

        if (split.Canary is null && !IsDivided(cluster) && ResolverNote.Of(resolver) is null)
        {
            return RouteWrite.Done;
        }

        if (Pins(cluster, resolver) is not { } pins)
        {
            return RouteWrite.Refused($"Waits for the Services {cluster.Service}{BackendPair.StableSuffix} and {cluster.Service}{BackendPair.CanarySuffix} and their ReplicaSets, which say which pods are whose.");
        }

        if (resolver.Meta.ResourceVersion != basis)
        {
            return RouteWrite.Stale;
        }

        var kept = await keeper.KeepAsync(resolver, pins, cancellation);
        return !kept.IsDone ? kept
            : split.GivesCanaryTraffic && split.Canary is { } canary && pins.Canary != FilterOf(cluster, canary)
                ? RouteWrite.Refused($"Waits for a ready pod of {canary} behind Service {cluster.Rollout.Namespace}/{cluster.Service}{BackendPair.CanarySuffix}: a subset without one answers 503.")
            : resolvers.Find(resolver.Meta.Name) is { Acceptance.IsTakenUp: false } waiting
                ? RouteWrite.Refused(waiting.Acceptance.Problem ?? $"Waits until consul-k8s has written {waiting} into Consul.")
            : RouteWrite.Done;
    }

    /// <inheritdoc/>
    public override Task<string?> RestoreAsync(ClusterRoute cluster, string stable, CancellationToken cancellation) =>
        keeper.ReturnAsync(new(cluster.Rollout.Namespace, cluster.Service), FilterOf(cluster, stable), cancellation);

    /// <summary>The resolver of the service; null with what is wrong.</summary>
    private ServiceResolverObject? Resolver(ClusterRoute cluster, out string problem)
    {
        var name = new ObjectName(cluster.Rollout.Namespace, cluster.Service);
        problem = resolvers.AreSynced ? $"ServiceResolver {name} does not exist: create it, with spec: {{}}." : NotRead;
        return resolvers.AreSynced ? resolvers.Find(name) : null;
    }

    private EntryRoles Roles(ClusterRoute cluster, ServiceResolverObject resolver, string stable, string? canary) => new(
        StableIsCanary: canary is not null && FilterOf(cluster, canary) is { } ofCanary && resolver.Subset(RoleSubsets.Stable)?.Filter == ofCanary,
        CanaryIsStable: FilterOf(cluster, stable) is { } ofStable && resolver.Subset(RoleSubsets.Canary)?.Filter == ofStable);

    /// <summary>Which pods the subsets should choose; null while the Services do not say it.</summary>
    private ResolverPins? Pins(ClusterRoute cluster, ServiceResolverObject resolver)
    {
        if (Pinned(cluster, BackendPair.StableSuffix) is not { } stable || Pinned(cluster, BackendPair.CanarySuffix) is not { } canary
            || FilterOf(cluster, stable) is not { } ofStable || FilterOf(cluster, canary) is not { } ofCanary)
        {
            return null;
        }

        // One that chooses the canary's pods goes on to, also when none of them is ready any more: the weights answer that.
        var mayFollow = canary == stable || resolver.Subset(RoleSubsets.Canary)?.Filter == ofCanary || IsReady(cluster, canary);
        return new(ofStable, mayFollow ? ofCanary : ofStable);
    }

    private string? Pinned(ClusterRoute cluster, string suffix) =>
        services.Find(new(cluster.Rollout.Namespace, cluster.Service + suffix))?.Selector.GetValueOrDefault(Marks.PodTemplateHash);

    private string? FilterOf(ClusterRoute cluster, string hash) => Set(cluster, hash) is { } set ? PodFilter.Of(set.Meta.Name.Name) : null;

    /// <summary>The ReplicaSet of a version: one that we hold, or one that the Deployment owns.</summary>
    private ReplicaSetObject? Set(ClusterRoute cluster, string hash)
    {
        var (ns, name) = (cluster.Rollout.Namespace, cluster.Rollout.Name);
        var held = sets.By(ObjectKeys.Rollout(ns, name)).FirstOrDefault(set => set.Hash == hash);
        return held ?? (cluster.Deployment is { } deployment && deployments.Find(new(ns, deployment)) is { } owner
            ? sets.By(ObjectKeys.Owner(owner.Meta.Uid)).FirstOrDefault(set => set.Hash == hash)
            : null);
    }

    /// <summary>A pod of the canary stands behind its Service. Where nobody publishes endpoints, its ReplicaSet tells.</summary>
    private bool IsReady(ClusterRoute cluster, string hash)
    {
        if (Set(cluster, hash) is not { } set)
        {
            return false;
        }

        var ns = cluster.Rollout.Namespace;
        var behind = slices.By(ObjectKeys.Service(ns, cluster.Service + BackendPair.CanarySuffix));
        return behind.Count == 0 && slices.By(ObjectKeys.Service(ns, cluster.Service + BackendPair.StableSuffix)).Count == 0
            ? set.ReadyReplicas > 0
            : behind.SelectMany(slice => (IEnumerable<SliceEndpoint>)slice.Endpoints).Any(endpoint => endpoint is { IsReady: true, Pod: { } pod } && PodName.IsOf(pod, set.Meta.Name.Name));
    }

    /// <summary>The splitter was divided by us, so that its requests depend on the subsets.</summary>
    private bool IsDivided(ClusterRoute cluster) =>
        cluster.Routes.Any(route => routes.Find(new(route.Kind, new(cluster.Rollout.Namespace, route.Name))) is { } seen && OriginalRoute.Of(seen) is not null);
}
