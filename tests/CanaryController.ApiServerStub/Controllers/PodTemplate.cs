using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>Compares and hashes pod templates by their meaning, without the pod-template-hash label.</summary>
internal static class PodTemplate
{
    public const string HashLabel = "pod-template-hash";

    /// <summary>The characters of names that the API makes up: no vowels, so no words.</summary>
    public const string NameCharacters = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Fields whose empty object means the same as none: maps and plain structs. An empty object elsewhere (emptyDir) says something.</summary>
    private static readonly HashSet<string> EmptyIsAbsent =
        ["metadata", "labels", "annotations", "nodeSelector", "matchLabels", "limits", "requests", "resources", "overhead"];

    /// <summary>Maps whose empty texts count.</summary>
    private static readonly HashSet<string> Maps = ["labels", "annotations", "nodeSelector", "matchLabels"];

    /// <summary>Switches that are off when they are not there.</summary>
    private static readonly HashSet<string> Switches = ["hostNetwork", "hostPID", "hostIPC", "readOnly", "stdin", "stdinOnce", "tty"];

    private static readonly HashSet<string> Quantities = ["limits", "requests", "overhead"];

    /// <summary>Whether two templates mean the same: an empty list is no list, 1000m is 1, the hash label does not count.</summary>
    public static bool EqualIgnoringHash(JsonNode? one, JsonNode? other) => Canonical(one) == Canonical(other);

    /// <summary>The hash of a new ReplicaSet's name and label. Not Kubernetes' own function, which hashes Go's memory layout: the hash is only a name.</summary>
    public static string Hash(JsonNode? template, int? collisionCount)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(Canonical(template) + collisionCount?.ToString(CultureInfo.InvariantCulture)))
        {
            hash = (hash ^ b) * 16777619u;
        }

        return string.Concat(hash.ToString(CultureInfo.InvariantCulture).Select(digit => NameCharacters[digit % NameCharacters.Length]));
    }

    private static string Canonical(JsonNode? template)
    {
        var text = new StringBuilder();
        Write(text, template, "", "");
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? node, string name, string parent)
    {
        switch (node)
        {
            case JsonObject map:
                text.Append('{');
                foreach (var (key, value) in map.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    if (!IsAbsent(key, value, name))
                    {
                        text.Append(JsonSerializer.Serialize(key)).Append(':');
                        Write(text, value, key, name);
                        text.Append(',');
                    }
                }

                text.Append('}');
                break;
            case JsonArray list:
                text.Append('[');
                foreach (var item in list)
                {
                    Write(text, item, name, parent);
                    text.Append(',');
                }

                text.Append(']');
                break;
            case JsonValue value when Quantities.Contains(parent) || name == "sizeLimit":
                text.Append(Quantity(value.ToString()));
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }

    private static bool IsAbsent(string key, JsonNode? value, string parent) => value switch
    {
        null => true,
        JsonArray list => list.Count == 0,
        JsonObject map => EmptyIsAbsent.Contains(key) && map.All(pair => IsAbsent(pair.Key, pair.Value, key)),
        JsonValue text when text.TryGetValue(out string? content) => (content.Length == 0 && !Maps.Contains(parent)) || (key == HashLabel && parent == "labels"),
        JsonValue flag when flag.TryGetValue(out bool on) => !on && Switches.Contains(key),
        _ => false,
    };

    private static string Quantity(string text)
    {
        var digits = text.Length;
        while (digits > 0 && !char.IsAsciiDigit(text[digits - 1]) && text[digits - 1] != '.')
        {
            digits--;
        }

        decimal? unit = text[digits..] switch
        {
            "" => 1m,
            "n" => 1e-9m,
            "u" => 1e-6m,
            "m" => 1e-3m,
            "k" => 1e3m,
            "M" => 1e6m,
            "G" => 1e9m,
            "T" => 1e12m,
            "P" => 1e15m,
            "E" => 1e18m,
            "Ki" => 1024m,
            "Mi" => 1048576m,
            "Gi" => 1073741824m,
            "Ti" => 1099511627776m,
            "Pi" => 1125899906842624m,
            "Ei" => 1152921504606846976m,
            _ => null,
        };
        return unit is { } factor && decimal.TryParse(text[..digits], NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? (number * factor).ToString("G29", CultureInfo.InvariantCulture)
            : text;
    }
}
