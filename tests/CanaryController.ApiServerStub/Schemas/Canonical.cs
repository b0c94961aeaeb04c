using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Schemas;

/// <summary>JSON text that is the same for equal values, and small things that everybody does with JSON.</summary>
internal static class Canonical
{
    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Compact text; the keys of a map in order.</summary>
    public static string Text(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject map => "{" + string.Join(',', map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{JsonSerializer.Serialize(entry.Key, Relaxed)}:{Text(entry.Value)}")) + "}",
        JsonArray list => "[" + string.Join(',', list.Select(Text)) + "]",
        _ => node.ToJsonString(Relaxed),
    };

    /// <summary>Whether two values are equal, however their numbers are held.</summary>
    public static bool Same(JsonNode? left, JsonNode? right) => JsonNode.DeepEquals(left, right) || Text(left) == Text(right);

    public static bool IsEmpty(JsonNode? node) => node is null or JsonObject { Count: 0 } or JsonArray { Count: 0 };

    public static string? Str(this JsonNode? node, string name) =>
        node is JsonObject map && map.TryGetPropertyValue(name, out var value) && value is JsonValue text && text.TryGetValue<string>(out var found) ? found : null;

    public static long? Num(this JsonNode? node, string name) =>
        node is JsonObject map && map.TryGetPropertyValue(name, out var value) && value is JsonValue number && number.GetValueKind() == JsonValueKind.Number ? (long)Number(number) : null;

    public static bool? Flag(this JsonNode? node, string name) =>
        node is JsonObject map && map.TryGetPropertyValue(name, out var value) && value is JsonValue flag && flag.TryGetValue<bool>(out var found) ? found : null;

    public static JsonObject? Map(this JsonNode? node, string name) => node is JsonObject map && map.TryGetPropertyValue(name, out var value) ? value as JsonObject : null;

    public static JsonArray? List(this JsonNode? node, string name) => node is JsonObject map && map.TryGetPropertyValue(name, out var value) ? value as JsonArray : null;

    /// <summary>The map of that name, made when it is not there.</summary>
    public static JsonObject Ensure(this JsonObject parent, string name)
    {
        if (parent.Map(name) is { } found)
        {
            return found;
        }

        var made = new JsonObject();
        parent[name] = made;
        return made;
    }

    /// <summary>Sets what is absent or null.</summary>
    public static void Fallback(this JsonObject parent, string name, JsonNode value)
    {
        if (!parent.TryGetPropertyValue(name, out var found) || found is null)
        {
            parent[name] = value;
        }
    }

    public static double Number(JsonNode node) => node.GetValueKind() == JsonValueKind.Number ? double.Parse(node.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) : double.NaN;
}
