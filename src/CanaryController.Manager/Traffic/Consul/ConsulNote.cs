using System.Text.Json;
using System.Text.Json.Nodes;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>
/// What we remember in an entry's Meta, under <c>canarycontroller.io/original</c>: that the entry is led, and what it was before. It is small, because Consul takes 512 characters a value.
/// </summary>
/// <param name="Existed">The entry was there before; otherwise we made it, and delete it at the end.</param>
/// <param name="Splits">Of a splitter: its splits before.</param>
/// <param name="Subsets">Of a resolver: the subsets that we added.</param>
internal sealed record ConsulNote(bool Existed, JsonArray? Splits, IReadOnlyList<string> Subsets)
{
    /// <summary>The key in Meta.</summary>
    public const string Key = RouteAnnotations.Original;

    /// <summary>The note of a splitter that is led from now on; what it is now becomes the original.</summary>
    public static ConsulNote OfSplitter(JsonObject? now) => new(now is not null, ConsulEntry.SplitsOf(now), []);

    /// <summary>What <paramref name="entry"/> remembers; null when it is not led, or the note is not ours to read.</summary>
    public static ConsulNote? Of(JsonObject? entry)
    {
        if (entry is null || ConsulEntry.MetaOf(entry, Key) is not { } text)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(text) is JsonObject note && note["existed"] is JsonValue existed && existed.TryGetValue(out bool was)
                ? new(was, note["splits"] as JsonArray, [.. (note["subsets"] as JsonArray ?? []).Select(each => each?.ToString() ?? "")])
                : null;
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException)
        {
            // A member that stands twice is an ArgumentException.
            return null;
        }
    }

    /// <summary>As it is written.</summary>
    public string ToText()
    {
        var note = new JsonObject { ["existed"] = Existed };
        if (Splits is not null)
        {
            note["splits"] = Splits.DeepClone();
        }

        if (Subsets.Count > 0)
        {
            note["subsets"] = new JsonArray([.. Subsets.Order(StringComparer.Ordinal).Select(name => (JsonNode)name)]);
        }

        return note.ToJsonString();
    }
}
