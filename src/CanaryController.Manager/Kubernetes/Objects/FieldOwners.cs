using System.Text.Json.Nodes;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>
/// Who owns an atomic member of an object's spec, by its managedFields. A write of ours takes all of it from whoever applied it: as long as that stays so, an unforced server-side apply of the
/// user's manifest is refused, and Argo CD may hide what changes in Git. So ownership is given back, by a patch of its own: the server notes every other change of the same patch as ours.
/// </summary>
/// <param name="member">The member, as managedFields write it: <c>f:rules</c>.</param>
internal sealed class FieldOwners(string member)
{
    private const string Spec = "f:spec";

    private static readonly string[] _identity = ["manager", "operation", "subresource", "apiVersion"];

    /// <summary>The entries of others that own it, each with nothing but its part of it.</summary>
    public JsonArray Of(JsonObject item)
    {
        var owners = new JsonArray();
        foreach (var entry in Entries(item))
        {
            if (!IsOurs(entry) && PartOf(entry) is { } part)
            {
                var owner = (JsonObject)entry.DeepClone();
                owner["fieldsV1"] = new JsonObject { [Spec] = new JsonObject { [member] = part.DeepClone() } };
                owners.Add(owner);
            }
        }

        return owners;
    }

    /// <summary>The one that wrote it last; null when nobody but us did.</summary>
    public string? LastWriter(JsonObject item) => Entries(item)
        .Where(entry => !IsOurs(entry) && PartOf(entry) is not null)
        .OrderByDescending(entry => Text(entry, "time"), StringComparer.Ordinal)
        .Select(entry => Text(entry, "manager"))
        .FirstOrDefault();

    /// <summary>
    /// The managedFields of <paramref name="item"/> with the member given back to <paramref name="owners"/> and without what we own; null when that is what stands there, or
    /// nothing would be left. Whoever took it over in the meantime keeps it.
    /// </summary>
    public JsonArray? Restored(JsonObject item, JsonArray owners)
    {
        var entries = new JsonArray([.. Entries(item).Where(entry => !IsOurs(entry)).Select(entry => entry.DeepClone())]);
        if (entries.All(entry => PartOf((JsonObject)entry!) is null))
        {
            foreach (var owner in owners.OfType<JsonObject>())
            {
                GiveBack(entries, owner);
            }
        }

        return entries.Count == 0 || JsonNode.DeepEquals(entries, item["metadata"]?["managedFields"]) ? null : entries;
    }

    private void GiveBack(JsonArray entries, JsonObject owner)
    {
        if (PartOf(owner) is not { } part)
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

        spec[member] = part.DeepClone();
    }

    private static IEnumerable<JsonObject> Entries(JsonObject item) => (item["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>();

    private static bool IsOurs(JsonObject entry) => Text(entry, "manager") == Marks.FieldManager;

    private static bool IsSame(JsonObject left, JsonObject right) => _identity.All(key => Text(left, key) == Text(right, key));

    private JsonNode? PartOf(JsonObject entry) => ((entry["fieldsV1"] as JsonObject)?[Spec] as JsonObject)?[member];

    /// <summary>A note stands in an annotation, where anybody may write anything.</summary>
    private static string? Text(JsonObject entry, string key) => entry[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
