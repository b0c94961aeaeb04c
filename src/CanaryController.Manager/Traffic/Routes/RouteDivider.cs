using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>
/// Makes one object divide as asked, by one patch. Before a division, and when somebody else is found to have undone the last one, the object is read from the server once, for its
/// managedFields: nobody else keeps those.
/// </summary>
internal sealed partial class RouteDivider(
    RouteObjects routes, IObjectCache<ServiceObject> services, IObjectCache<EndpointSliceObject> slices, RouteContention contention, IFence fence, ILogger<RouteDivider> logger, TimeProvider? time = null)
{
    private readonly ConcurrentDictionary<RouteId, AskedSplit> _asked = new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Writes.</summary>
    /// <param name="name">The object.</param>
    /// <param name="pair">The two versions' entries.</param>
    /// <param name="split">What is wanted.</param>
    /// <param name="basis">The object's resourceVersion before the decision was stored: if it is another now, nothing is written.</param>
    /// <param name="obstacle">Why entries may not come or change their names now; null when they may. Weights change all the same.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<RouteWrite> DivideAsync(RouteId name, BackendPair pair, TrafficSplit split, string basis, string? obstacle, CancellationToken cancellation)
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
            return (plan.Problem ?? plan.Unmet) is { } refusal ? RouteWrite.Refused(refusal) : RouteWrite.Done;
        }

        if (plan.Unmet is { } unmet && split.Weight > (RouteSplit.Of(route, pair, default).Weight ?? CanaryWeight.Full))
        {
            return RouteWrite.Refused(unmet);
        }

        if (plan.Divides && (obstacle ?? WaitsFor(pair)) is { } why)
        {
            return RouteWrite.Refused(why);
        }

        var isReverted = plan.ChangesRules && IsReverted(route, pair, out var asked) && asked is not null;
        var (look, owners) = await LookAsync(route, plan.Divides, isReverted, split, cancellation);
        if (!look.IsDone)
        {
            return look;
        }

        if (isReverted && split.GivesCanaryTraffic && contention.RestLeft(name) is var rest && rest > TimeSpan.Zero)
        {
            return RouteWrite.Refused($"{contention.Managers(name)} changed the backends of {name} again; the split is written again in {Math.Ceiling(rest.TotalSeconds):0} s.");
        }

        var written = await routes.PatchAsync(route, owners is null ? plan.Patch : Plan(route, pair, split, owners).Patch!, cancellation);
        if (written.IsDone)
        {
            _asked[name] = new(pair, split.Weight, plan.Unmet is null ? BesideWeight.Of(split) : BesideWeight.None);
            contention.Written(name);
        }

        return written.IsDone && plan.Unmet is { } left ? RouteWrite.Refused(left) : written;
    }

    /// <summary>Nobody divides the route any more.</summary>
    public void Forget(RouteId name)
    {
        contention.Forget(name);
        _asked.TryRemove(name, out _);
    }

    private RoutePlan Plan(RouteObject route, BackendPair pair, TrafficSplit split, JsonArray? owners) =>
        RoutePlan.Of(route, pair, split.Weight, split.Canary is not null, fence.Token, owners, BesideWeight.Of(split), _time.GetUtcNow());

    /// <summary>Reads the route from the server when its managedFields are needed. An abort does not wait for that, unless it has to divide.</summary>
    private async Task<(RouteWrite Look, JsonArray? Owners)> LookAsync(RouteObject route, bool divides, bool isReverted, TrafficSplit split, CancellationToken cancellation)
    {
        var name = route.Id;
        var isNew = isReverted && !contention.IsNoted(name);
        var mayLook = divides ? contention.RestLeft(name) <= TimeSpan.Zero || isNew || !split.GivesCanaryTraffic : isNew && split.GivesCanaryTraffic;
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
            contention.Note(name, answer is null ? null : new FieldOwners(name.Kind.Members).LastWriter(answer.Body!));
        }

        return (RouteWrite.Done, divides && answer is not null ? Owners(route, answer.Body!) : null);
    }

    /// <summary>Who owns the rules; null when that is noted already and only we do.</summary>
    private JsonArray? Owners(RouteObject route, JsonObject body)
    {
        var owners = new FieldOwners(route.Kind.Members).Of(body);
        if (owners.ToJsonString().Length > OriginalRoute.MaxCharacters / 2)
        {
            OwnersNotKept(logger, route.Id, OriginalRoute.MaxCharacters / 2);
            return null;
        }

        return owners.Count == 0 && OriginalRoute.Of(route) is not null ? null : owners;
    }

    /// <summary>The route does not carry what was asked of it last: somebody else changed it.</summary>
    private bool IsReverted(RouteObject route, BackendPair pair, out AskedSplit? asked)
    {
        asked = _asked.TryGetValue(route.Id, out var last) ? last
            : !pair.IsExternal && RouteSplit.Asked(route) is { } weight ? new(pair, weight, OriginalRoute.Of(route)?.Beside ?? BesideWeight.None)
            : null;
        if (asked is null)
        {
            return false;
        }

        var seen = RouteSplit.Of(route, asked.Pair, default);
        return seen.Only is { } part ? seen.Problem is not null || !seen.Beside.Agrees(asked.Beside, part) : !(seen.IsDivided && seen.Weight == asked.Weight && seen.Beside == asked.Beside);
    }

    /// <summary>A backend that does not exist, or has no endpoints yet, makes a route answer 500 or 503 for its share, so it is waited for.</summary>
    private string? WaitsFor(BackendPair pair)
    {
        // Subsets have the Services beside the apex all the same: they say which pods are whose.
        foreach (var service in (ReadOnlySpan<string?>)[Stable(pair), pair.BySubset ? pair.Service + BackendPair.CanarySuffix : pair.Canary])
        {
            if (service is not null && services.Find(new(pair.Namespace, service)) is null)
            {
                return services.IsSynced ? $"Waits for Service {pair.Namespace}/{service}, which does not exist yet." : "The Services are not read yet.";
            }
        }

        // A Service that was just made has no endpoints yet, while the one that the route sends to now has.
        return Ready(pair.Namespace, Stable(pair)) == 0 && Ready(pair.Namespace, pair.Service) > 0
            ? $"Waits for the endpoints of Service {pair.Namespace}/{Stable(pair)}."
            : null;
    }

    private static string Stable(BackendPair pair) => pair.BySubset ? pair.Service + BackendPair.StableSuffix : pair.Stable;

    private int Ready(string ns, string service) => slices.By(ObjectKeys.Service(ns, service)).Sum(slice => slice.Endpoints.Count(endpoint => endpoint.IsReady));

    private RouteWrite Missing(RouteId name) => routes.WhyMissing(name.Kind) is { } why ? new(IsGone: false, IsStale: false, why) : new(IsGone: true, IsStale: false, $"{name} does not exist.");

    private sealed record AskedSplit(BackendPair Pair, CanaryWeight Weight, BesideWeight Beside);

    [LoggerMessage(EventId = 1701, Level = LogLevel.Warning, Message = "The owners of the rules of {Route} take more than {Limit} characters: they are not kept, and not given back at the end")]
    private static partial void OwnersNotKept(ILogger logger, RouteId route, int limit);
}
