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
    public async Task<RouteWrite> PatchAsync(RouteObject route, JsonPatch patch, CancellationToken cancellation)
    {
        var answer = Keep(route.Kind, route.Served, await api.PatchAsync(route.Served, route.Meta.Name, patch, cancellation));
        return answer.Outcome switch
        {
            KubeOutcome.Done => RouteWrite.Done,
            KubeOutcome.NotFound or KubeOutcome.NamespaceTerminating => new(IsGone: true, IsStale: false, answer.Problem),
            KubeOutcome.Conflict or KubeOutcome.Invalid => await LookAgainAsync(route, answer, cancellation),
            KubeOutcome.AlreadyExists or KubeOutcome.Forbidden or KubeOutcome.Unavailable => new(IsGone: false, IsStale: false, answer.Problem),
        };
    }

    private async Task<RouteWrite> LookAgainAsync(RouteObject route, KubeAnswer refused, CancellationToken cancellation)
    {
        var now = await GetAsync(route.Id, cancellation);
        if (!now.IsDone)
        {
            return new(now.Outcome is KubeOutcome.NotFound, IsStale: false, now.Problem);
        }

        var isStale = refused.Outcome is KubeOutcome.Conflict || Find(route.Id)?.Meta.ResourceVersion != route.Meta.ResourceVersion;
        return isStale ? RouteWrite.Stale : new(IsGone: false, IsStale: false, refused.Problem);
    }

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
}
