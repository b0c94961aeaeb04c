using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes;

namespace CanaryController.Manager.Traffic.GatewayApi;

/// <summary>
/// Who owns the rules of an HTTPRoute, by its managedFields. The rules are one atomic list, so a write of ours takes all of it from whoever applied it: as long as that
/// stays so, an unforced server-side apply of the user's manifest is refused, and Argo CD may hide what changes in Git. So ownership is given back at the end.
/// </summary>
internal static class RouteOwners
{
    private const string Spec = "f:spec";
    private const string Rules = "f:rules";

    private static readonly string[] _identity = ["manager", "operation", "subresource", "apiVersion"];

    /// <summary>The entries of others that own the rules of <paramref name="route"/>, each with nothing but its part of them.</summary>
    public static JsonArray Of(JsonObject route)
    {
        var owners = new JsonArray();
        foreach (var entry in Entries(route))
        {
            if (!IsOurs(entry) && RulesOf(entry) is { } rules)
            {
                var owner = (JsonObject)entry.DeepClone();
                owner["fieldsV1"] = new JsonObject { [Spec] = new JsonObject { [Rules] = rules.DeepClone() } };
                owners.Add(owner);
            }
        }

        return owners;
    }

    /// <summary>The one that wrote the rules last; null when nobody but us did.</summary>
    public static string? LastWriter(JsonObject route) => Entries(route)
        .Where(entry => !IsOurs(entry) && RulesOf(entry) is not null)
        .OrderByDescending(entry => (string?)entry["time"], StringComparer.Ordinal)
        .Select(entry => (string?)entry["manager"])
        .FirstOrDefault();

    /// <summary>
    /// The managedFields of <paramref name="route"/> with the rules given back to <paramref name="owners"/> and without what we own; null when that is what stands there, or
    /// nothing would be left. Whoever took the rules over in the meantime keeps them.
    /// </summary>
    public static JsonArray? Restored(JsonObject route, JsonArray owners)
    {
        var entries = new JsonArray([.. Entries(route).Where(entry => !IsOurs(entry)).Select(entry => entry.DeepClone())]);
        if (entries.All(entry => RulesOf((JsonObject)entry!) is null))
        {
            foreach (var owner in owners.OfType<JsonObject>())
            {
                GiveBack(entries, owner);
            }
        }

        return entries.Count == 0 || JsonNode.DeepEquals(entries, route["metadata"]?["managedFields"]) ? null : entries;
    }

    private static void GiveBack(JsonArray entries, JsonObject owner)
    {
        if (RulesOf(owner) is not { } rules)
        {
            return;
        }

        if (entries.OfType<JsonObject>().FirstOrDefault(entry => IsSame(entry, owner)) is not { } entry)
        {
            entries.Add(owner.DeepClone());
            return;
        }

        if (entry["fieldsV1"] is not JsonObject fields)
        {
            entry["fieldsV1"] = fields = [];
        }

        if (fields[Spec] is not JsonObject spec)
        {
            fields[Spec] = spec = [];
        }

        spec[Rules] = rules.DeepClone();
    }

    private static IEnumerable<JsonObject> Entries(JsonObject route) => (route["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>();

    private static bool IsOurs(JsonObject entry) => (string?)entry["manager"] == Marks.FieldManager;

    private static bool IsSame(JsonObject left, JsonObject right) => _identity.All(member => (string?)left[member] == (string?)right[member]);

    private static JsonNode? RulesOf(JsonObject entry) => (entry["fieldsV1"] as JsonObject)?[Spec]?[Rules];
}
