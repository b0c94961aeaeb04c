using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>
/// The routes of a service-router that take matched requests to a canary before they are divided. The first route that matches wins, so each route of the user's that leads to the splitter, and the one for
/// all other requests, which Consul adds by itself, gets copies directly before it: with the header more, and the canary's subset. Routes that lead elsewhere have none: their requests are not the rollout's.
/// </summary>
internal static class RouterPlan
{
    private const string Routes = "Routes";
    private const string Destination = "Destination";
    private const string Subset = "ServiceSubset";
    private static readonly string[] _modifiers = ["RequestHeaders", "ResponseHeaders"];

    /// <summary>Plans the entry for <paramref name="picks"/>; without any it becomes what it was before.</summary>
    /// <param name="router">The entry as it was read; null when there is none.</param>
    /// <param name="versions">The versions.</param>
    /// <param name="split">The canary's split, whose header modifiers hold for matched requests too; null when there is none.</param>
    /// <param name="picks">The matches.</param>
    public static ConsulPlan Match(JsonObject? router, ConsulVersions versions, JsonObject? split, EquatableArray<RequestMatch> picks)
    {
        var note = RouterNote.Of(router);
        if (versions.CanarySubset is not { } canary || picks.IsEmpty)
        {
            return note is null ? ConsulPlan.Nothing : Restore(router!, note);
        }

        var users = Users(router, note);
        if (Taken(users, versions, note, canary, picks) is { } taken)
        {
            return ConsulPlan.Refused(taken);
        }

        var wanted = router?.DeepClone().AsObject() ?? ConsulEntry.New(ConsulEntry.Router, versions.Service);
        var routes = new JsonArray();
        foreach (var user in users)
        {
            if (IsDivided(user, versions.Service))
            {
                if (Add(routes, user, versions, split, canary, picks) is { } problem)
                {
                    return ConsulPlan.Refused(problem);
                }
            }

            routes.Add(user.DeepClone());
        }

        if (Add(routes, [], versions, split, canary, picks) is { } wrong)
        {
            return ConsulPlan.Refused(wrong);
        }

        wanted[Routes] = routes;
        return new RouterNote(note?.Existed ?? router is not null, canary, picks).Write(wanted, versions.Service) is { } unnoted ? ConsulPlan.Refused(unnoted)
            : JsonNode.DeepEquals(Placeless(router), Placeless(wanted)) ? ConsulPlan.Nothing
            : new(wanted, null);
    }

    /// <summary>Consul Enterprise writes into each destination where it is, when that is not said.</summary>
    private static JsonObject? Placeless(JsonObject? router)
    {
        var copy = router?.DeepClone().AsObject();
        foreach (var to in (copy?[Routes] as JsonArray ?? []).Select(route => route.Map(Destination)).OfType<JsonObject>())
        {
            to.Remove("Namespace");
            to.Remove("Partition");
        }

        return copy;
    }

    /// <summary>The matches that the entry carries; null when its routes are not those that were written for them.</summary>
    public static EquatableArray<RequestMatch>? Read(JsonObject? router, ConsulVersions versions, JsonObject? split) => RouterNote.Of(router) switch
    {
        null => EquatableArray<RequestMatch>.Empty,
        { } note when note.Subset == versions.CanarySubset && Match(router, versions, split, note.Picks) == ConsulPlan.Nothing => note.Picks,
        _ => null,
    };

    /// <summary>The entry's routes that are not ours.</summary>
    public static IReadOnlyList<JsonObject> Users(JsonObject? router) => Users(router, RouterNote.Of(router));

    /// <summary>The subsets of <paramref name="service"/> that the entry leads to.</summary>
    public static IEnumerable<string> Subsets(JsonObject? router, string service) =>
        (router?[Routes] as JsonArray ?? []).Select(route => route.Map(Destination)).Where(to => (to.Text("Service") ?? service) == service).Select(to => to.Text(Subset)).OfType<string>();

    private static List<JsonObject> Users(JsonObject? router, RouterNote? note) =>
        [.. (router?[Routes] as JsonArray ?? []).OfType<JsonObject>().Where(route => note is null || !note.Picks.Any(pick => Leads(route, pick, note.Subset)))];

    /// <summary>A route for a pick, to the subset.</summary>
    private static bool Leads(JsonObject route, RequestMatch pick, string subset) =>
        route.Map(Destination).Text(Subset) == subset && route.Map("Match").Map("HTTP")?["Header"] is JsonArray headers && headers.Any(header => JsonNode.DeepEquals(header, Condition(pick)));

    /// <summary>A route of the user's looks like one of ours, so it could not be told from it at the end.</summary>
    private static string? Taken(List<JsonObject> users, ConsulVersions versions, RouterNote? note, string canary, EquatableArray<RequestMatch> picks)
    {
        var taken = users.FindIndex(route => picks.Any(pick => note?.Picks.Contains(pick) is not true && Leads(route, pick, canary)));
        return taken < 0 ? null : $"Route {taken + 1} of service-router {versions.Service} leads requests of the same header to subset {canary} itself: take it out, or match by another header.";
    }

    /// <summary>Its requests reach the service-splitter.</summary>
    private static bool IsDivided(JsonObject route, string service)
    {
        var to = route.Map(Destination);
        return to.Text(Subset) is null && (to.Text("Service") ?? service) == service && (to.Text("Namespace") ?? "default") == "default" && (to.Text("Partition") ?? "default") == "default";
    }

    private static string? Add(JsonArray routes, JsonObject user, ConsulVersions versions, JsonObject? split, string canary, EquatableArray<RequestMatch> picks)
    {
        foreach (var pick in picks)
        {
            var copy = user.DeepClone().AsObject();
            var http = ConsulEntry.Grow(ConsulEntry.Grow(copy, "Match"), "HTTP");
            if (user.Count == 0)
            {
                http["PathPrefix"] = "/";
            }

            http["Header"] = new JsonArray([.. (http["Header"] as JsonArray ?? []).Select(header => header?.DeepClone()), Condition(pick)]);
            var to = ConsulEntry.Grow(copy, Destination);
            to[Subset] = canary;
            foreach (var modifiers in _modifiers)
            {
                if (split.Map(modifiers) is not { } theirs)
                {
                    continue;
                }

                if (to[modifiers] is not null)
                {
                    return $"A route of service-router {versions.Service} has {modifiers}, and so have the splits of service-splitter {versions.Service}: what matched requests would get of the two cannot be told; keep them in one of the two.";
                }

                to[modifiers] = theirs.DeepClone();
            }

            routes.Add(copy);
        }

        return null;
    }

    /// <summary>Consul adds no member to a header's condition, so it is known again by itself.</summary>
    private static JsonObject Condition(RequestMatch pick) => pick.Kind switch
    {
        RequestMatchKind.Header => new() { ["Name"] = pick.Name, ["Exact"] = pick.Value },
        RequestMatchKind.Cookie => new() { ["Name"] = "cookie", ["Regex"] = CookiePattern.Of(pick) },
    };

    private static ConsulPlan Restore(JsonObject router, RouterNote note)
    {
        var restored = router.DeepClone().AsObject();
        restored[Routes] = new JsonArray([.. Users(router, note).Select(route => route.DeepClone())]);
        RouterNote.Clear(restored);
        var isOurs = !note.Existed && restored[Routes]!.AsArray().Count == 0 && restored.All(member => member.Key is Routes || ConsulEntry.IsOwnName(member.Key));
        return isOurs ? ConsulPlan.Deleted : new(restored, null);
    }
}
