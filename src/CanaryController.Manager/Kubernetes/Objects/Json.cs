using System.Runtime.InteropServices;
using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Resources.Persistence;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>Reads members of objects that the API server checked: a member of another type counts as missing.</summary>
internal static class Json
{
    /// <summary>The member at <paramref name="path"/>; null when it, or one on the way, is missing.</summary>
    public static JsonElement? At(this JsonElement from, params ReadOnlySpan<string> path)
    {
        foreach (var member in path)
        {
            if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(member, out from) || from.ValueKind == JsonValueKind.Null)
            {
                return null;
            }
        }

        return from;
    }

    public static string? Text(this JsonElement from, params ReadOnlySpan<string> path) =>
        from.At(path) is { ValueKind: JsonValueKind.String } value ? SharedText.Of(value) : null;

    public static int? Int(this JsonElement from, params ReadOnlySpan<string> path) =>
        from.At(path) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;

    /// <summary>A whole number of any size, cut to what an int holds: a weight that is too large to be read must not look like none.</summary>
    public static int? Cut(this JsonElement from, params ReadOnlySpan<string> path) =>
        from.Long(path) is { } number ? (int)Math.Clamp(number, int.MinValue, int.MaxValue) : null;

    public static long? Long(this JsonElement from, params ReadOnlySpan<string> path) =>
        from.At(path) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    public static bool? Bool(this JsonElement from, params ReadOnlySpan<string> path) =>
        from.At(path) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    public static IEnumerable<JsonElement> Items(this JsonElement from, params ReadOnlySpan<string> path) =>
        from.At(path) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : Enumerable.Empty<JsonElement>();

    public static IReadOnlyDictionary<string, string> Pairs(this JsonElement from, params ReadOnlySpan<string> path)
    {
        var pairs = new List<string>();
        if (from.At(path) is { ValueKind: JsonValueKind.Object } map)
        {
            foreach (var pair in map.EnumerateObject())
            {
                pairs.Add(SharedText.NameOf(pair));
                pairs.Add(pair.Value.ValueKind == JsonValueKind.String ? SharedText.Of(pair.Value) : "");
            }
        }

        return TextPairs.Of(CollectionsMarshal.AsSpan(pairs));
    }
}
