using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>The objects that routers divide, in the caches and on the server. Whatever the server answers goes into the cache at once.</summary>
internal sealed class RouteObjects(IKubeApi api, RouteCaches caches)
{
    /// <summary>The object as it is known; null when there is none.</summary>
    public RouteObject? Find(RouteId id) => caches.Find(id);

    /// <summary>Why nothing of a kind can be found, in one sentence; null when all that is there is known.</summary>
    public string? WhyMissing(RouteKind kind) => caches.Of(kind) switch
    {
        null => $"The controller does not look at {kind.Name} objects: add their router to kubernetes.routers in its configuration (routers in the chart's values).",
        { IsSynced: false } => $"The {kind.Name} objects are not read yet.",
        _ => null,
    };

    /// <summary>Reads the object from the server.</summary>
    public async Task<KubeAnswer> GetAsync(RouteId id, CancellationToken cancellation)
    {
        var served = Served(id);
        return Keep(id.Kind, served, await api.GetAsync(served, id.Name, cancellation));
    }

    /// <summary>
    /// Writes. When somebody else wrote in between, or the server refuses the content, it is read again: a test of an index that failed looks like content that is wrong.
    /// </summary>
    public Task<RouteWrite> PatchAsync(RouteObject route, JsonPatch patch, CancellationToken cancellation) => RouteWrite.OfAsync(
        async () => Keep(route.Kind, route.Served, await api.PatchAsync(route.Served, route.Meta.Name, patch, cancellation)),
        () => GetAsync(route.Id, cancellation),
        () => Find(route.Id)?.Meta.ResourceVersion != route.Meta.ResourceVersion);

    private ObjectKind Served(RouteId id) => Find(id)?.Served ?? id.Kind.Versions[0];

    private KubeAnswer Keep(RouteKind kind, ObjectKind served, KubeAnswer answer)
    {
        if (answer is { IsDone: true, Body: { } body } && caches.Of(kind) is { } cache)
        {
            cache.Put(kind.Project(JsonSerializer.SerializeToElement<JsonNode>(body), served));
        }

        return answer;
    }
}

/// <summary>What a write came to.</summary>
/// <param name="IsGone">There is no such object any more.</param>
/// <param name="IsStale">Nothing was written, because somebody else had; what is there now is in the cache.</param>
/// <param name="Problem">Why it was not done, in one sentence; null when it was, or is only stale.</param>
internal readonly record struct RouteWrite(bool IsGone, bool IsStale, string? Problem)
{
    /// <summary>It was done, or nothing was to be done.</summary>
    public static RouteWrite Done => default;

    /// <summary>Somebody else wrote in between.</summary>
    public static RouteWrite Stale => new(IsGone: false, IsStale: true, null);

    /// <summary>It was done, or nothing was to be done.</summary>
    public bool IsDone => !IsStale && Problem is null;

    /// <summary>Nothing was written, because of <paramref name="problem"/>.</summary>
    public static RouteWrite Refused(string problem) => new(IsGone: false, IsStale: false, problem);

    /// <summary>Writes; when somebody else wrote in between, or the server refuses the content, looks again: a test of an index that failed looks like content that is wrong.</summary>
    /// <param name="patch">Writes on condition, and keeps what was answered.</param>
    /// <param name="look">Reads the object from the server, and keeps it.</param>
    /// <param name="isOther">What is kept now is not what was written to.</param>
    public static async Task<RouteWrite> OfAsync(Func<Task<KubeAnswer>> patch, Func<Task<KubeAnswer>> look, Func<bool> isOther)
    {
        var answer = await patch();
        if (answer.Outcome is not (KubeOutcome.Conflict or KubeOutcome.Invalid))
        {
            return answer.IsDone ? Done : new(answer.Outcome is KubeOutcome.NotFound or KubeOutcome.NamespaceTerminating, IsStale: false, answer.Problem);
        }

        var now = await look();
        return !now.IsDone ? new(now.Outcome is KubeOutcome.NotFound, IsStale: false, now.Problem)
            : answer.Outcome is KubeOutcome.Conflict || isOther() ? Stale
            : Refused(answer.Problem ?? "The server refuses the content.");
    }
}
