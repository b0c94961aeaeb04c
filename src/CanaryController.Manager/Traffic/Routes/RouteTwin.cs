using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>A rule of ours: the copy of a user's rule that takes the requests of one match to the canary (ADR 0011).</summary>
/// <param name="List">Where the rules stand: <c>/spec/rules</c>.</param>
/// <param name="At">Its index there.</param>
/// <param name="Pick">The requests.</param>
/// <param name="Mark">Its rule, as <see cref="RouteRule.Mark"/> says it.</param>
/// <param name="Entry">The canary's entry, which stands for the two.</param>
internal sealed record RouteTwin(string List, int At, RequestMatch Pick, string Mark, RouteBackend Entry)
{
    /// <summary>Tells twins from the rules of users, which keep their paths. Only an object whose note says that we added some has any.</summary>
    public static (EquatableArray<RouteRule> Rules, EquatableArray<RouteTwin> Twins) Sort(RouteKind kind, JsonElement item, IEnumerable<RouteRule> all, OriginalRoute? note)
    {
        List<RouteRule> rules = [];
        List<RouteTwin> twins = [];
        foreach (var rule in all)
        {
            if (kind.DialectOf(rule) is not { } dialect || Find(item, rule.Body) is not { ValueKind: JsonValueKind.Object } body)
            {
                rules.Add(rule);
            }
            else if (note is { Matches.Count: > 0 } && Twin(dialect, rule, body, note) is { } twin)
            {
                twins.Add(twin);
            }
            else
            {
                var traits = dialect.Read(body, rule.Backends, note is { IsMirrored: true } ? note : null);
                rules.Add(rule with { Traits = traits, Mark = note is { Matches.Count: > 0 } ? MarkOf(dialect, rule, JsonObject.Create(body)!, traits.OwnMirror, null) : null });
            }
        }

        return ([.. rules], [.. twins]);
    }

    private static RouteTwin? Twin(RuleDialect dialect, RouteRule rule, JsonElement body, OriginalRoute note)
    {
        List<RouteBackend> shares = [.. rule.Backends.Where(backend => backend.IsShare)];
        if (shares.Find(each => note.IsCanary(each.Name, each.Subset)) is not { } canary || shares.Exists(each => note.IsStable(each.Name, each.Subset) && !(dialect.KeepsStable && each.Share == 0)))
        {
            return null;
        }

        foreach (var pick in note.Matches!)
        {
            if (MarkOf(dialect, rule, JsonObject.Create(body)!, null, pick) is { } mark)
            {
                return new(rule.List, rule.At, pick, mark, canary);
            }
        }

        return null;
    }

    /// <summary>What of a rule stands on its twins too, as a text: all but its entries, its name, our mirror and a pick. Null when it does not ask for the pick.</summary>
    private static string? MarkOf(RuleDialect dialect, RouteRule rule, JsonObject body, string? mirror, RequestMatch? pick)
    {
        if (mirror is not null)
        {
            Remove(body, mirror);
        }

        body.Remove(rule.Path[(rule.Path.LastIndexOf('/') + 1)..]);
        body.Remove("name");
        foreach (var empty in body.Where(member => member.Value is JsonArray { Count: 0 }).Select(member => member.Key).ToList())
        {
            body.Remove(empty);
        }

        return dialect.Strip(body, pick) ? Sorted(body)!.ToJsonString() : null;
    }

    private static void Remove(JsonObject body, string path)
    {
        var parts = path.Split('/');
        if (parts.Length == 2 && body[parts[0]] is JsonArray list)
        {
            list.RemoveAt(int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
        }
        else
        {
            body.Remove(path);
        }
    }

    /// <summary>An API server writes members in another order than people.</summary>
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        JsonValue value => value.DeepClone(),
        _ => null,
    };

    private static JsonElement? Find(JsonElement item, string pointer)
    {
        foreach (var part in pointer.Split('/').Skip(1))
        {
            if (item.ValueKind is JsonValueKind.Array && int.TryParse(part, out var index) && index < item.GetArrayLength())
            {
                item = item[index];
            }
            else if (item.ValueKind is not JsonValueKind.Object || !item.TryGetProperty(part, out item))
            {
                return null;
            }
        }

        return item;
    }
}
