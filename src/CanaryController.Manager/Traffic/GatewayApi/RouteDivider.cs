using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.GatewayApi;

/// <summary>
/// Makes one HTTPRoute divide as asked, by one patch. Before a division, and when somebody else is found to have undone the last one, the object is read from the server once, for its
/// managedFields: nobody else keeps those.
/// </summary>
internal sealed partial class RouteDivider(
    RouteObjects routes, IObjectCache<ServiceObject> services, IObjectCache<EndpointSliceObject> slices, RouteContention contention, IFence fence, ILogger<RouteDivider> logger)
{
    private readonly ConcurrentDictionary<ObjectName, AskedSplit> _asked = new();

    /// <summary>Writes, on condition that the route is still at <paramref name="basis"/>, its resourceVersion before the decision was stored.</summary>
    public async Task<RouteWrite> DivideAsync(ObjectName name, BackendPair pair, TrafficSplit split, string basis, CancellationToken cancellation)
    {
        if (routes.Find(name) is not { } route)
        {
            return Missing(name);
        }

        if (route.Meta.ResourceVersion != basis)
        {
            return RouteWrite.Stale;
        }

        var plan = Plan(route, pair, split, null);
        if (plan.Patch is null)
        {
            return plan.Problem is null ? RouteWrite.Done : Refused(plan.Problem);
        }

        if (plan.Divides && WaitsFor(pair) is { } service)
        {
            return Refused(service);
        }

        var isReverted = plan.ChangesRules && IsReverted(route, pair, out var asked) && asked is not null;
        var (look, owners) = await LookAsync(route, plan.Divides, isReverted, split, cancellation);
        if (!look.IsDone)
        {
            return look;
        }

        if (isReverted && split.Weight > CanaryWeight.Zero && contention.RestLeft(name) is var rest && rest > TimeSpan.Zero)
        {
            return Refused($"{contention.Managers(name)} changed the backends of HTTPRoute {name} again; the split is written again in {Math.Ceiling(rest.TotalSeconds):0} s.");
        }

        var written = await routes.PatchAsync(route, owners is null ? plan.Patch : Plan(route, pair, split, owners).Patch!, cancellation);
        if (written.IsDone)
        {
            _asked[name] = new(pair, split.Weight);
            contention.Written(name);
        }

        return written;
    }

    /// <summary>Nobody divides the route any more.</summary>
    public void Forget(ObjectName name)
    {
        contention.Forget(name);
        _asked.TryRemove(name, out _);
    }

    private HttpRoutePlan Plan(HttpRouteObject route, BackendPair pair, TrafficSplit split, JsonArray? owners) =>
        HttpRoutePlan.Of(route, pair, split.Weight, split.Canary is not null, fence.Token, owners);

    /// <summary>Reads the route from the server when its managedFields are needed. An abort does not wait for that, unless it has to divide.</summary>
    private async Task<(RouteWrite Look, JsonArray? Owners)> LookAsync(HttpRouteObject route, bool divides, bool isReverted, TrafficSplit split, CancellationToken cancellation)
    {
        var name = route.Meta.Name;
        var isNew = isReverted && !contention.IsNoted(name);
        var mayLook = divides ? contention.RestLeft(name) <= TimeSpan.Zero || isNew || split.Weight == CanaryWeight.Zero : isNew && split.Weight > CanaryWeight.Zero;
        var answer = mayLook ? await routes.GetAsync(name, cancellation) : null;
        if (answer is { IsDone: false })
        {
            return (new(answer.Outcome is KubeOutcome.NotFound, IsStale: false, answer.Problem), null);
        }

        if (answer is not null && routes.Find(name)?.Meta.ResourceVersion != route.Meta.ResourceVersion)
        {
            return (RouteWrite.Stale, null);
        }

        if (isNew)
        {
            contention.Note(name, answer is null ? null : RouteOwners.LastWriter(answer.Body!));
        }

        return (RouteWrite.Done, divides && answer is not null ? Owners(route, answer.Body!) : null);
    }

    /// <summary>Who owns the rules; null when that is noted already and only we do.</summary>
    private JsonArray? Owners(HttpRouteObject route, JsonObject body)
    {
        var owners = RouteOwners.Of(body);
        if (owners.ToJsonString().Length > OriginalRoute.MaxCharacters / 2)
        {
            OwnersNotKept(logger, route.Meta.Name, OriginalRoute.MaxCharacters / 2);
            return null;
        }

        return owners.Count == 0 && OriginalRoute.Of(route) is not null ? null : owners;
    }

    /// <summary>The route does not carry what was asked of it last: somebody else changed it.</summary>
    private bool IsReverted(HttpRouteObject route, BackendPair pair, out AskedSplit? asked)
    {
        asked = _asked.TryGetValue(route.Meta.Name, out var last) ? last
            : !pair.IsExternal && RouteSplit.Asked(route) is { } weight ? new(pair, weight)
            : null;
        if (asked is null)
        {
            return false;
        }

        var seen = RouteSplit.Of(route, asked.Pair, default);
        return !(seen.IsDivided && seen.Weight == asked.Weight);
    }

    /// <summary>A backend that does not exist, or has no endpoints yet, makes a route answer 500 or 503 for its share, so it is waited for.</summary>
    private string? WaitsFor(BackendPair pair)
    {
        foreach (var service in (ReadOnlySpan<string?>)[pair.Stable, pair.Canary])
        {
            if (service is not null && services.Find(new(pair.Namespace, service)) is null)
            {
                return services.IsSynced ? $"Waits for Service {pair.Namespace}/{service}, which does not exist yet." : "The Services are not read yet.";
            }
        }

        // A Service that was just made has no endpoints yet, while the one that the route sends to now has.
        return Ready(pair.Namespace, pair.Stable) == 0 && Ready(pair.Namespace, pair.Service) > 0
            ? $"Waits for the endpoints of Service {pair.Namespace}/{pair.Stable}."
            : null;
    }

    private int Ready(string ns, string service) => slices.By(ObjectKeys.Service(ns, service)).Sum(slice => slice.Endpoints.Count(endpoint => endpoint.IsReady));

    private static RouteWrite Refused(string problem) => new(IsGone: false, IsStale: false, problem);

    private RouteWrite Missing(ObjectName name) =>
        new(IsGone: routes.IsSynced, IsStale: false, routes.IsSynced ? $"HTTPRoute {name} does not exist." : "The HTTPRoutes are not read yet.");

    private sealed record AskedSplit(BackendPair Pair, CanaryWeight Weight);

    [LoggerMessage(EventId = 1701, Level = LogLevel.Warning, Message = "The owners of HTTPRoute {Route}'s rules take more than {Limit} characters: they are not kept, and not given back at the end")]
    private static partial void OwnersNotKept(ILogger logger, ObjectName route, int limit);
}
