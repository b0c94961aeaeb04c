using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Tests.Traffic.Cluster;

/// <summary>Carries out a JSON Patch as RFC 6902 says: all of it or nothing.</summary>
internal static class PatchedJson
{
    /// <summary>The patched object; null when a test fails or a path is not there.</summary>
    public static JsonObject? Apply(JsonObject before, JsonPatch patch)
    {
        JsonNode root = before.DeepClone();
        foreach (var operation in JsonNode.Parse(patch.ToString())!.AsArray().Select(each => each!.AsObject()))
        {
            var keys = Keys(operation["path"]!);
            var done = (string)operation["op"]! switch
            {
                "test" => JsonNode.DeepEquals(At(root, keys), operation["value"]),
                "add" => Put(root, keys, operation["value"]?.DeepClone(), mayBeNew: true),
                "copy" => At(root, Keys(operation["from"]!)) is { } from && Put(root, keys, from.DeepClone(), mayBeNew: true),
                "replace" => Put(root, keys, operation["value"]?.DeepClone(), mayBeNew: false),
                "remove" => Remove(root, keys),
                _ => false,
            };
            if (!done)
            {
                return null;
            }
        }

        return root.AsObject();
    }

    private static string[] Keys(JsonNode path) =>
        [.. ((string)path!).Split('/').Skip(1).Select(key => key.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];

    private static JsonNode? At(JsonNode? node, ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            node = node switch
            {
                JsonArray list => int.TryParse(key, out var index) && index < list.Count ? list[index] : null,
                JsonObject map => map[key],
                _ => null,
            };
        }

        return node;
    }

    private static bool Put(JsonNode root, string[] keys, JsonNode? value, bool mayBeNew)
    {
        switch (At(root, keys.AsSpan(..^1)))
        {
            case JsonObject map when mayBeNew || map.ContainsKey(keys[^1]):
                map[keys[^1]] = value;
                return true;
            case JsonArray list when int.TryParse(keys[^1], out var index) && index <= list.Count:
                if (mayBeNew)
                {
                    list.Insert(index, value);
                    return true;
                }

                list[index] = value;
                return true;
            default:
                return false;
        }
    }

    private static bool Remove(JsonNode root, string[] keys)
    {
        switch (At(root, keys.AsSpan(..^1)))
        {
            case JsonObject map:
                return map.Remove(keys[^1]);
            case JsonArray list when int.TryParse(keys[^1], out var index) && index < list.Count:
                list.RemoveAt(index);
                return true;
            default:
                return false;
        }
    }
}
