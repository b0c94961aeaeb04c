using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>A label selector. One that is absent or empty selects nothing here: controllers never let it select everything.</summary>
internal sealed class LabelSelector
{
    private readonly List<(string Key, string Operator, HashSet<string> Values)> _requirements = [];

    private LabelSelector()
    {
    }

    public bool IsEmpty => _requirements.Count == 0;

    /// <summary>Of workloads: matchLabels and matchExpressions.</summary>
    public static LabelSelector Read(JsonNode? selector)
    {
        var result = new LabelSelector();
        if (selector?["matchLabels"] is JsonObject labels)
        {
            result.AddEqual(labels);
        }

        foreach (var expression in selector?.Items("matchExpressions") ?? [])
        {
            var values = (expression["values"] as JsonArray ?? []).Select(v => v?.ToString() ?? "");
            result._requirements.Add((expression.Text("key") ?? "", expression.Text("operator") ?? "In", [.. values]));
        }

        return result;
    }

    /// <summary>Of Services: a plain map.</summary>
    public static LabelSelector ReadMap(JsonNode? map)
    {
        var result = new LabelSelector();
        if (map is JsonObject labels)
        {
            result.AddEqual(labels);
        }

        return result;
    }

    public bool Matches(JsonObject? labels) => !IsEmpty && _requirements.TrueForAll(r => Holds(r.Key, r.Operator, r.Values, labels));

    private static bool Holds(string key, string @operator, HashSet<string> values, JsonObject? labels)
    {
        var value = labels?.Text(key);
        return @operator switch
        {
            "In" => value is not null && values.Contains(value),
            "NotIn" => value is null || !values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            _ => false,
        };
    }

    private void AddEqual(JsonObject labels)
    {
        foreach (var (key, value) in labels)
        {
            _requirements.Add((key, "In", [value?.ToString() ?? ""]));
        }
    }
}
