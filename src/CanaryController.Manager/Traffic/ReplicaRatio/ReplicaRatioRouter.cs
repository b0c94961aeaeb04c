using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.ReplicaRatio;

/// <summary>
/// Divides without any router: stable's and the canary's pods stand behind one Service, which spreads requests evenly. A weight that rises is only noted, because the planner has the
/// pods made first. One that falls takes ready pods away at once, and is noted then: their traffic ends with them.
/// </summary>
internal sealed class ReplicaRatioRouter(
    IKubeApi api, IObjectCache<ServiceObject> services, IObjectCache<EndpointSliceObject> slices, IObjectCache<ReplicaSetObject> replicaSets, IFence fence) : ITrafficRouter
{
    /// <inheritdoc/>
    public Task<RouteReading> ReadAsync(RouteTarget target, string stable, string? canary, CancellationToken cancellation) =>
        Task.FromResult(Read(target.Cluster!, stable, canary == stable ? null : canary));

    /// <inheritdoc/>
    public async Task<RouteReading> ApplyAsync(RouteTarget target, TrafficSplit split, RouteReading basis, CancellationToken cancellation)
    {
        var cluster = target.Cluster!;
        if (!split.Matches.IsEmpty)
        {
            return RouteReading.Unknown("Pods cannot be picked by requests: ReplicaRatio divides by weight only.");
        }

        var problem = await WriteAsync(cluster, split, basis, cancellation);
        var reading = Read(cluster, split.Stable, split.Canary == split.Stable ? null : split.Canary);
        return problem is null ? reading : reading with { Route = reading.Route with { Accepted = false, Problem = problem } };
    }

    /// <inheritdoc/>
    public async Task<string?> RestoreAsync(RouteTarget target, string stable, CancellationToken cancellation)
    {
        if (Service(target.Cluster!) is not { } service)
        {
            return services.IsSynced ? null : NotSynced;
        }

        var patch = JsonPatch.At(service.Meta.ResourceVersion).Unannotate(service.Meta, RouteAnnotations.Split, Marks.FenceAnnotation);
        if (patch.Count == 1)
        {
            return null;
        }

        var answer = await PatchAsync(ObjectKind.Service, service.Meta, patch, services, ServiceObject.Project, cancellation);
        return answer.Outcome switch
        {
            KubeOutcome.Done or KubeOutcome.NotFound or KubeOutcome.NamespaceTerminating => null,
            KubeOutcome.Conflict => $"Service {service.Meta.Name} was changed by somebody else while it was given back.",
            KubeOutcome.AlreadyExists or KubeOutcome.Invalid or KubeOutcome.Forbidden or KubeOutcome.Unavailable => answer.Problem,
        };
    }

    private const string NotSynced = "The Services are not read yet.";

    private RouteReading Read(ClusterRoute cluster, string stable, string? canary)
    {
        if (Service(cluster) is not { } service)
        {
            return RouteReading.Unknown(Missing(cluster)) with
            {
                WithoutMissing = services.IsSynced ? new(TrafficSplit.AllTo(stable), true, null) : null,
            };
        }

        var replicaSet = ReplicaSet(cluster, canary);
        var (asked, pods) = (AskedRatio.Of(service), Pods(cluster, replicaSet));
        var route = RatioReading.Of(asked, pods, cluster.Service, stable, canary);

        // What an earlier leader asked for is asked for again: the first write of this one ends whatever the earlier one still has under way.
        var isFenced = canary is null || asked?.Canary != canary || service.Meta.Fence() == fence.Token;
        route = route.Applied is { Canary: not null } ? route with { Share = pods.Share } : route;
        return new(isFenced ? route : new RouteObservation(null, false, route.Problem), new Dictionary<string, VersionInstances>())
        {
            Basis = [service.Meta.ResourceVersion, replicaSet?.Meta.ResourceVersion ?? ""],
            Conditions = RatioReading.Share(asked, pods, cluster.Service, canary) is { } share ? [share] : [],
        };
    }

    /// <summary>Why it was not done; null when it was, or when somebody else wrote in between.</summary>
    private async Task<string?> WriteAsync(ClusterRoute cluster, TrafficSplit split, RouteReading basis, CancellationToken cancellation)
    {
        if (Service(cluster) is not { } service)
        {
            return Missing(cluster);
        }

        var before = AskedRatio.Of(service);
        var canary = split.Canary ?? (before?.Canary == split.Stable ? null : before?.Canary);
        var replicaSet = ReplicaSet(cluster, canary);
        if (basis.Basis.Count != 2 || service.Meta.ResourceVersion != basis.Basis[0])
        {
            return null;
        }

        var pods = Pods(cluster, replicaSet);
        var isFalling = before?.Canary is not null && before.Canary == canary && (split.Weight < before.Weight || (before.Returning == pods.Generation && split.Weight == CanaryWeight.Zero));
        if (isFalling && replicaSet is not null && pods.SizeFor(split.Weight) is { } size)
        {
            if (split.Canary is not null && replicaSet.Meta.ResourceVersion != basis.Basis[1])
            {
                return null;
            }

            var scaled = await ScaleAsync(replicaSet, size, cancellation);
            if (!scaled.IsDone)
            {
                return scaled.Outcome is KubeOutcome.Conflict ? null : scaled.Problem;
            }

            pods = Pods(cluster, ReplicaSet(cluster, canary));
        }

        return await NoteAsync(service, AskedRatio.Next(before, split, pods), cancellation);
    }

    private Task<KubeAnswer> ScaleAsync(ReplicaSetObject replicaSet, int size, CancellationToken cancellation)
    {
        // Its controller, not a person, writes a ReplicaSet: without annotations here it has none.
        var patch = JsonPatch.At(replicaSet.Meta.ResourceVersion)
            .Replace("/spec/replicas", size)
            .Annotate(replicaSet.Meta, replicaSet.Meta.Annotations.Count > 0, (Marks.FenceAnnotation, fence.Token));
        return PatchAsync(ObjectKind.ReplicaSet, replicaSet.Meta, patch, replicaSets, ReplicaSetObject.Project, cancellation);
    }

    private async Task<string?> NoteAsync(ServiceObject service, AskedRatio next, CancellationToken cancellation)
    {
        if (service.Meta.Annotations.GetValueOrDefault(RouteAnnotations.Split) == next.ToString() && service.Meta.Fence() == fence.Token)
        {
            return null;
        }

        var hasAnnotations = service.Meta.Annotations.Count > 0;
        if (!hasAnnotations)
        {
            // Only kubectl's copy of the object may be there, which is not kept here.
            var read = await api.GetAsync(ObjectKind.Service, service.Meta.Name, cancellation);
            if (!read.IsDone)
            {
                return read.Problem;
            }

            hasAnnotations = read.Body!["metadata"]?["annotations"] is JsonObject;
        }

        var patch = JsonPatch.At(service.Meta.ResourceVersion)
            .Annotate(service.Meta, hasAnnotations, (RouteAnnotations.Split, next.ToString()), (Marks.FenceAnnotation, fence.Token));
        var answer = await PatchAsync(ObjectKind.Service, service.Meta, patch, services, ServiceObject.Project, cancellation);
        return answer.Outcome is KubeOutcome.Done or KubeOutcome.Conflict ? null : answer.Problem;
    }

    private async Task<KubeAnswer> PatchAsync<T>(
        ObjectKind kind, ObjectMeta meta, JsonPatch patch, IObjectCache<T> cache, Func<JsonElement, T?> project, CancellationToken cancellation)
        where T : class, ICached
    {
        var answer = await api.PatchAsync(kind, meta.Name, patch, cancellation);
        var now = answer.Outcome is KubeOutcome.Conflict or KubeOutcome.Invalid ? await api.GetAsync(kind, meta.Name, cancellation) : answer;
        if (now is { IsDone: true, Body: { } body } && project(JsonSerializer.SerializeToElement<JsonNode>(body)) is { } seen)
        {
            cache.Put(seen);
            return answer.Outcome is KubeOutcome.Invalid && seen.Meta.ResourceVersion != meta.ResourceVersion ? answer with { Outcome = KubeOutcome.Conflict } : answer;
        }

        return answer.IsDone ? answer : now.IsDone ? answer : now;
    }

    private ServiceObject? Service(ClusterRoute cluster) => services.Find(new(cluster.Rollout.Namespace, cluster.Service));

    private string Missing(ClusterRoute cluster) => services.IsSynced ? $"Service {cluster.Rollout.Namespace}/{cluster.Service} does not exist." : NotSynced;

    private RatioPods Pods(ClusterRoute cluster, ReplicaSetObject? canary) =>
        RatioPods.Count(slices.By(ObjectKeys.Service(cluster.Rollout.Namespace, cluster.Service)), canary);

    private ReplicaSetObject? ReplicaSet(ClusterRoute cluster, string? canary) => canary is null
        ? null
        : replicaSets.By(ObjectKeys.Rollout(cluster.Rollout.Namespace, cluster.Rollout.Name)).FirstOrDefault(each => each.Hash == canary);
}
