using System.Text.Json.Nodes;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>Config entries as JSON trees: only members of ours are changed, everything else goes back as it came.</summary>
internal static class ConsulEntry
{
    /// <summary>The kind that divides.</summary>
    public const string Splitter = "service-splitter";

    /// <summary>The kind that names subsets of instances.</summary>
    public const string Resolver = "service-resolver";

    /// <summary>The kind that picks requests before they are divided.</summary>
    public const string Router = "service-router";

    /// <summary>Most pairs that Consul takes in an entry's Meta.</summary>
    public const int MaxMetaPairs = 64;

    /// <summary>The longest value that it takes there.</summary>
    public const int MaxMetaCharacters = 512;

    private const string Meta = "Meta";

    /// <summary>A new entry, with nothing in it.</summary>
    public static JsonObject New(string kind, string name) => new() { ["Kind"] = kind, ["Name"] = name };

    /// <summary>The index that a conditional write names; 0 when there is no entry.</summary>
    public static ulong IndexOf(JsonObject? entry) => entry?["ModifyIndex"] is JsonValue value && value.TryGetValue(out ulong index) ? index : 0;

    /// <summary>The splits of a splitter; null when there is no entry.</summary>
    public static JsonArray? SplitsOf(JsonObject? splitter) => splitter?["Splits"] as JsonArray;

    /// <summary>A member that is a text and not empty; null otherwise.</summary>
    public static string? Text(this JsonNode? node, string member) =>
        node is JsonObject tree && tree[member] is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 ? text : null;

    /// <summary>A member that is a map; null otherwise.</summary>
    public static JsonObject? Map(this JsonNode? node, string member) => (node as JsonObject)?[member] as JsonObject;

    /// <summary>A pair of the entry's Meta; null when there is none.</summary>
    public static string? MetaOf(JsonObject entry, string key) => entry.Map(Meta).Text(key);

    /// <summary>Sets a pair of the entry's Meta, or removes it with null; a Meta that becomes empty goes too, as Consul itself leaves it out.</summary>
    public static void SetMeta(JsonObject entry, string key, string? value)
    {
        if (value is not null)
        {
            Grow(entry, Meta)[key] = value;
        }
        else
        {
            Shrink(entry, Meta, key);
        }
    }

    /// <summary>Another pair fits into the entry's Meta.</summary>
    public static bool HasRoom(JsonObject entry, string key) => entry.Map(Meta) is not { } meta || meta.ContainsKey(key) || meta.Count < MaxMetaPairs;

    /// <summary>Says that no pair fits any more, and what to do.</summary>
    public static string NoRoom(string kind, string service) =>
        $"The Meta of {kind} {service} has {MaxMetaPairs} pairs already, the most that Consul takes, and one more is needed to remember what the entry was before: take one out.";

    /// <summary>The member names the entry or says when it was written: it is in every entry.</summary>
    public static bool IsOwnName(string member) => member is "Kind" or "Name" or "Namespace" or "Partition" or "CreateIndex" or "ModifyIndex" or "Hash";

    /// <summary>The map below <paramref name="member"/>, made when there is none.</summary>
    public static JsonObject Grow(JsonObject entry, string member)
    {
        if (entry[member] is not JsonObject map)
        {
            map = [];
            entry[member] = map;
        }

        return map;
    }

    /// <summary>Removes <paramref name="key"/> from the map below <paramref name="member"/>, and the map when nothing is left in it.</summary>
    public static void Shrink(JsonObject entry, string member, string key)
    {
        if (entry.Map(member) is { } map && map.Remove(key) && map.Count == 0)
        {
            entry.Remove(member);
        }
    }
}
