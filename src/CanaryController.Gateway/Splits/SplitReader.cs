using System.Collections.Immutable;
using System.Text.Json;
using CanaryController.Gateway.Configuration;

namespace CanaryController.Gateway.Splits;

/// <summary>Reads a split from JSON strictly and says everything that is wrong with it.</summary>
internal static class SplitReader
{
    private const int MaxMatches = 64;
    private const string WeightsFix = "basis points that sum to 10000, like {\"v1\": 9500, \"v2\": 500}";

    /// <summary>Null when <paramref name="problems"/> got something.</summary>
    public static Split? Read(JsonElement json, IReadOnlyCollection<string> versions, List<FieldProblem> problems)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            problems.Add(FieldProblem.Of("$", Shown(json), "is not a split.", "send {\"weights\": {...}, \"matches\": [...]}"));
            return null;
        }

        RejectUnknown(json, "", ["weights", "matches"], problems);
        var weights = ReadWeights(json, versions, problems);
        var matches = ReadMatches(json, versions, problems);
        return problems.Count == 0 ? new Split(weights, matches) : null;
    }

    private static ImmutableSortedDictionary<string, int> ReadWeights(JsonElement json, IReadOnlyCollection<string> versions, List<FieldProblem> problems)
    {
        var weights = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        if (!json.TryGetProperty("weights", out var map) || map.ValueKind != JsonValueKind.Object)
        {
            problems.Add(FieldProblem.Of("weights", Shown(map), "is required and is a map of versions.", WeightsFix));
            return weights.ToImmutable();
        }

        var sum = 0;
        foreach (var entry in map.EnumerateObject())
        {
            var path = $"weights.{entry.Name}";
            RejectUnknownVersion(entry.Name, path, versions, problems);
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var weight) || weight is < 0 or > Split.Whole)
            {
                problems.Add(FieldProblem.Of(path, Shown(entry.Value), $"is not a whole number of basis points between 0 and {Split.Whole}."));
            }
            else if (!weights.TryAdd(entry.Name, weight))
            {
                problems.Add(FieldProblem.Of(path, Shown(entry.Value), "names the version a second time."));
            }
            else
            {
                sum += weight;
            }
        }

        if (sum != Split.Whole)
        {
            problems.Add(FieldProblem.Of("weights", sum.ToString(), $"do not sum to {Split.Whole}.", WeightsFix));
        }

        return weights.ToImmutable();
    }

    private static ImmutableArray<SplitMatch> ReadMatches(JsonElement json, IReadOnlyCollection<string> versions, List<FieldProblem> problems)
    {
        if (!json.TryGetProperty("matches", out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxMatches)
        {
            problems.Add(FieldProblem.Of("matches", Shown(list), $"is not a list of at most {MaxMatches} matches."));
            return [];
        }

        return [.. list.EnumerateArray().Select((match, index) => ReadMatch(match, $"matches[{index}]", versions, problems)).OfType<SplitMatch>()];
    }

    private static SplitMatch? ReadMatch(JsonElement json, string path, IReadOnlyCollection<string> versions, List<FieldProblem> problems)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            problems.Add(FieldProblem.Of(path, Shown(json), "is not a match.", "send {\"kind\": \"Header\", \"name\": ..., \"value\": ..., \"version\": ...}"));
            return null;
        }

        RejectUnknown(json, path + ".", ["kind", "name", "value", "version"], problems);
        var kindText = ReadText(json, path, "kind", problems);
        if (kindText is not null && kindText is not (nameof(MatchKind.Header) or nameof(MatchKind.Cookie)))
        {
            problems.Add(FieldProblem.Of($"{path}.kind", kindText, "is not known.", "write Header or Cookie"));
        }

        var name = ReadText(json, path, "name", problems);
        if (name is { Length: 0 })
        {
            problems.Add(FieldProblem.Of($"{path}.name", name, "is empty."));
        }

        var value = ReadText(json, path, "value", problems);
        var version = ReadText(json, path, "version", problems);
        if (version is not null)
        {
            RejectUnknownVersion(version, $"{path}.version", versions, problems);
        }

        var kind = kindText == nameof(MatchKind.Cookie) ? MatchKind.Cookie : MatchKind.Header;
        return kindText is null || name is null || value is null || version is null ? null : new SplitMatch(kind, name, value, version);
    }

    private static string? ReadText(JsonElement json, string path, string key, List<FieldProblem> problems)
    {
        if (json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        problems.Add(FieldProblem.Of($"{path}.{key}", Shown(value), "is required and is a text."));
        return null;
    }

    private static void RejectUnknown(JsonElement json, string prefix, string[] known, List<FieldProblem> problems)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in json.EnumerateObject())
        {
            if (!seen.Add(property.Name))
            {
                problems.Add(FieldProblem.Of(prefix + property.Name, Shown(property.Value), "stands here twice.", "send it once"));
            }

            if (!known.Contains(property.Name))
            {
                problems.Add(FieldProblem.Of(prefix + property.Name, Shown(property.Value), "is not known here.", $"remove it, or write one of {string.Join(", ", known)}"));
            }
        }
    }

    private static void RejectUnknownVersion(string version, string path, IReadOnlyCollection<string> versions, List<FieldProblem> problems)
    {
        if (!versions.Contains(version))
        {
            problems.Add(FieldProblem.Of(path, version, "is not a version of this route.", $"write one of {string.Join(", ", versions)}, or add it to the gateway's configuration"));
        }
    }

    private static string? Shown(JsonElement json) => json.ValueKind == JsonValueKind.Undefined ? null : json.GetRawText();
}
