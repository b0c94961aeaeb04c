using System.Text.Json.Nodes;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>
/// Who owns atomic members of an object's spec, by its managedFields. A write of ours takes all of a member from whoever applied it: as long as that stays so, an unforced server-side apply of the
/// user's manifest is refused, and Argo CD may hide what changes in Git. So ownership is given back, by a patch of its own: the server notes every other change of the same patch as ours.
/// </summary>
/// <param name="members">The members, as managedFields write them: <c>f:rules</c>.</param>
internal sealed class FieldOwners(params IReadOnlyList<string> members)
{
    private const string Spec = "f:spec";

    private static readonly string[] _identity = ["manager", "operation", "subresource", "apiVersion"];

    /// <summary>The entries of others that own one of them, each with nothing but its part of it.</summary>
    public JsonArray Of(JsonObject item)
    {
        var owners = new JsonArray();
        foreach (var entry in Entries(item))
        {
            if (!IsOurs(entry) && Parts(entry) is { Count: > 0 } parts)
            {
                var owner = (JsonObject)entry.DeepClone();
                owner["fieldsV1"] = new JsonObject { [Spec] = parts };
                owners.Add(owner);
            }
        }

        return owners;
    }

    /// <summary>The one that wrote one of them last; null when nobody but us did.</summary>
    public string? LastWriter(JsonObject item) => Entries(item)
        .Where(entry => !IsOurs(entry) && members.Any(member => PartOf(entry, member) is not null))
        .OrderByDescending(entry => Text(entry, "time"), StringComparer.Ordinal)
        .Select(entry => Text(entry, "manager"))
        .FirstOrDefault();

    /// <summary>
    /// The managedFields of <paramref name="item"/> with the members given back to <paramref name="owners"/> and without what we own; null when that is what stands there, or
    /// nothing would be left. Whoever took one over in the meantime keeps it.
    /// </summary>
    public JsonArray? Restored(JsonObject item, JsonArray owners)
    {
        var entries = new JsonArray([.. Entries(item).Where(entry => !IsOurs(entry)).Select(entry => entry.DeepClone())]);
        foreach (var member in members.Where(member => entries.All(entry => PartOf((JsonObject)entry!, member) is null)).ToList())
        {
            foreach (var owner in owners.OfType<JsonObject>())
            {
                GiveBack(entries, owner, member);
            }
        }

        return entries.Count == 0 || JsonNode.DeepEquals(entries, item["metadata"]?["managedFields"]) ? null : entries;
    }

    private static void GiveBack(JsonArray entries, JsonObject owner, string member)
    {
        if (PartOf(owner, member) is not { } part)
        {
            return;
        }

        if (entries.OfType<JsonObject>().FirstOrDefault(entry => IsSame(entry, owner)) is not { } entry)
        {
            entry = (JsonObject)owner.DeepClone();
            entry["fieldsV1"] = new JsonObject { [Spec] = new JsonObject { [member] = part.DeepClone() } };
            entries.Add(entry);
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

        spec[member] = part.DeepClone();
    }

    private static IEnumerable<JsonObject> Entries(JsonObject item) => (item["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>();

    private static bool IsOurs(JsonObject entry) => Text(entry, "manager") == Marks.FieldManager;

    private static bool IsSame(JsonObject left, JsonObject right) => _identity.All(key => Text(left, key) == Text(right, key));

    private JsonObject Parts(JsonObject entry) =>
        new(members.Select(member => KeyValuePair.Create(member, PartOf(entry, member)?.DeepClone())).Where(part => part.Value is not null));

    private static JsonNode? PartOf(JsonObject entry, string member) => ((entry["fieldsV1"] as JsonObject)?[Spec] as JsonObject)?[member];

    /// <summary>A note stands in an annotation, where anybody may write anything.</summary>
    private static string? Text(JsonObject entry, string key) => entry[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
