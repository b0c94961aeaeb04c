using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.GatewayApi;

/// <summary>The HTTPRoutes, in the cache and on the server. Whatever the server answers goes into the cache at once.</summary>
internal sealed class RouteObjects(IKubeApi api, IObjectCache<HttpRouteObject> cache)
{
    /// <summary>False until the first list was read.</summary>
    public bool IsSynced => cache.IsSynced;

    /// <summary>The route as it is known; null when there is none.</summary>
    public HttpRouteObject? Find(ObjectName route) => cache.Find(route);

    /// <summary>Reads the route from the server.</summary>
    public async Task<KubeAnswer> GetAsync(ObjectName route, CancellationToken cancellation) => Keep(await api.GetAsync(ObjectKind.HttpRoute, route, cancellation));

    /// <summary>
    /// Writes. When somebody else wrote in between, or the server refuses the content, it is read again: a test of an index that failed looks like content that is wrong.
    /// </summary>
    public async Task<RouteWrite> PatchAsync(HttpRouteObject route, JsonPatch patch, CancellationToken cancellation)
    {
        var answer = Keep(await api.PatchAsync(ObjectKind.HttpRoute, route.Meta.Name, patch, cancellation));
        return answer.Outcome switch
        {
            KubeOutcome.Done => RouteWrite.Done,
            KubeOutcome.NotFound or KubeOutcome.NamespaceTerminating => new(IsGone: true, IsStale: false, answer.Problem),
            KubeOutcome.Conflict or KubeOutcome.Invalid => await LookAgainAsync(route, answer, cancellation),
            KubeOutcome.AlreadyExists or KubeOutcome.Forbidden or KubeOutcome.Unavailable => new(IsGone: false, IsStale: false, answer.Problem),
        };
    }

    private async Task<RouteWrite> LookAgainAsync(HttpRouteObject route, KubeAnswer refused, CancellationToken cancellation)
    {
        var now = await GetAsync(route.Meta.Name, cancellation);
        if (!now.IsDone)
        {
            return new(now.Outcome is KubeOutcome.NotFound, IsStale: false, now.Problem);
        }

        var isStale = refused.Outcome is KubeOutcome.Conflict || Find(route.Meta.Name)?.Meta.ResourceVersion != route.Meta.ResourceVersion;
        return isStale ? RouteWrite.Stale : new(IsGone: false, IsStale: false, refused.Problem);
    }

    private KubeAnswer Keep(KubeAnswer answer)
    {
        if (answer is { IsDone: true, Body: { } body } && HttpRouteObject.Project(JsonSerializer.SerializeToElement<JsonNode>(body)) is { } route)
        {
            cache.Put(route);
        }

        return answer;
    }
}

/// <summary>What a write came to.</summary>
/// <param name="IsGone">There is no such route any more.</param>
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
