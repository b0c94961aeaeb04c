using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>
/// Gives an object back: entries and weights by one patch, then who owned them, then our note of that. In this order each step can be repeated after a crash; who owned them has to be
/// written alone, because the server notes every other change of the same patch as ours.
/// </summary>
internal sealed class RouteReturner(RouteObjects routes)
{
    /// <summary>Null when the route is as it was, or is gone; otherwise why not, in one sentence.</summary>
    public async Task<string?> ReturnAsync(RouteId name, BackendPair pair, CancellationToken cancellation)
    {
        if (routes.Find(name) is not { } route)
        {
            return routes.WhyMissing(name.Kind);
        }

        if (RouteRestore.Of(route, pair) is { } patch && await routes.PatchAsync(route, patch, cancellation) is { IsDone: false } refused)
        {
            return Left(name, refused);
        }

        if (routes.Find(name) is { } restored && OriginalRoute.Of(restored)?.Owners is { } owners && await OwnersAsync(name, owners, cancellation) is { IsDone: false } unowned)
        {
            return Left(name, unowned);
        }

        if (routes.Find(name) is { } owned && RouteRestore.Forget(owned) is { } forget && await routes.PatchAsync(owned, forget, cancellation) is { IsDone: false } noted)
        {
            return Left(name, noted);
        }

        return null;
    }

    private async Task<RouteWrite> OwnersAsync(RouteId name, System.Text.Json.Nodes.JsonArray owners, CancellationToken cancellation)
    {
        var answer = await routes.GetAsync(name, cancellation);
        if (answer.Body is not { } body || routes.Find(name) is not { } route)
        {
            return new(answer.Outcome is KubeOutcome.NotFound, IsStale: false, answer.Problem);
        }

        return new FieldOwners(name.Kind.Members).Restored(body, owners) is { } managedFields
            ? await routes.PatchAsync(route, JsonPatch.At(route.Meta.ResourceVersion).Replace("/metadata/managedFields", managedFields), cancellation)
            : RouteWrite.Done;
    }

    private static string? Left(RouteId name, RouteWrite write) =>
        write.IsGone ? null
        : write.IsStale ? $"{name} was changed by somebody else while it was given back."
        : write.Problem;
}
