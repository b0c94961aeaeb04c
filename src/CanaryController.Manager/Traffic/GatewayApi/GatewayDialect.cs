using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.GatewayApi;

/// <summary>
/// Rules of HTTPRoutes and GRPCRoutes: <c>matches[].headers[]{type, name, value}</c>, and the filter <c>RequestMirror</c>. The API's precedence is by how specific a match is, and by the order of rules only
/// where two are equally specific.
/// </summary>
internal sealed class GatewayDialect : RuleDialect
{
    private const string Mirrored = "RequestMirror";

    /// <inheritdoc/>
    public override int MaxRules => 16;

    /// <inheritdoc/>
    public override RuleTraits Read(JsonElement rule, EquatableArray<RouteBackend> backends, OriginalRoute? note)
    {
        List<JsonElement> filters = [.. rule.Items("filters")];
        var own = note is null ? -1 : filters.FindIndex(filter => filter.Text("type") == Mirrored && note.IsCanary(filter.Text("requestMirror", "backendRef", "name") ?? "", null));
        return new([.. rule.Items("matches").Select(Match)])
        {
            Mirrors = rule.At("filters") is { ValueKind: JsonValueKind.Array } ? filters.Count : null,
            OwnMirror = own < 0 ? null : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"filters/{own}"),
        };
    }

    /// <inheritdoc/>
    public override bool Strip(JsonObject rule, RequestMatch? pick)
    {
        foreach (var match in (rule["matches"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (pick is not null && !Remove(match["headers"] as JsonArray, Condition(pick)))
            {
                return false;
            }

            if (match["headers"] is JsonArray { Count: 0 })
            {
                match.Remove("headers");
            }
        }

        // No match and a match that asks for nothing are the same.
        var isNone = rule["matches"] is not JsonArray matches || matches.Count == 0;
        if (!isNone && rule["matches"]!.AsArray() is [JsonObject { Count: 0 }])
        {
            rule.Remove("matches");
        }

        return pick is null || !isNone;
    }

    /// <inheritdoc/>
    public override void Add(JsonPatch patch, string twin, RouteRule rule, RequestMatch pick)
    {
        var matches = rule.Traits!.Matches;
        if (matches.IsEmpty)
        {
            patch.Add($"{twin}/matches", new JsonArray(new JsonObject { ["headers"] = new JsonArray(Condition(pick)) }));
        }

        for (var index = 0; index < matches.Count; index++)
        {
            _ = matches[index].Conditions is { } count
                ? patch.Add($"{twin}/matches/{index}/headers/{count}", Condition(pick))
                : patch.Add($"{twin}/matches/{index}/headers", new JsonArray(Condition(pick)));
        }
    }

    /// <inheritdoc/>
    public override void Mirror(JsonPatch patch, string path, RouteRule rule, RouteBackend backend, int canary, int count)
    {
        var to = new JsonObject { ["group"] = "", ["kind"] = "Service", ["name"] = backend.Name };
        if (backend.Namespace is not null)
        {
            to["namespace"] = backend.Namespace;
        }

        if (backend.Port is not null)
        {
            to["port"] = backend.Port;
        }

        var filter = new JsonObject { ["type"] = Mirrored, ["requestMirror"] = new JsonObject { ["backendRef"] = to } };
        _ = rule.Traits!.Mirrors is { } filters ? patch.Add($"{path}/filters/{filters}", filter) : patch.Add($"{path}/filters", new JsonArray(filter));
    }

    /// <inheritdoc/>
    /// <remarks>A list that has no other filter was made for it.</remarks>
    public override void Unmirror(JsonPatch patch, string path, RouteRule rule, string mirror) => patch.Remove(rule.Traits!.Mirrors == 1 ? $"{path}/filters" : $"{path}/{mirror}");

    private static RuleMatch Match(JsonElement match) => match.At("headers") is { ValueKind: JsonValueKind.Array } headers
        ? new(headers.GetArrayLength(), [.. headers.EnumerateArray().Select(header => header.Text("name") ?? "")])
        : default;

    private static JsonObject Condition(RequestMatch pick) => pick.Kind switch
    {
        RequestMatchKind.Header => new() { ["type"] = "Exact", ["name"] = pick.Name, ["value"] = pick.Value },
        RequestMatchKind.Cookie => new() { ["type"] = "RegularExpression", ["name"] = CookieHeader, ["value"] = CookiePattern.Of(pick) },
    };

    private static bool Remove(JsonArray? headers, JsonObject condition)
    {
        for (var index = (headers?.Count ?? 0) - 1; index >= 0; index--)
        {
            if (headers![index] is JsonObject header && Text(header, "name") == Text(condition, "name") && Text(header, "value") == Text(condition, "value")
                && (Text(header, "type") ?? "Exact") == Text(condition, "type"))
            {
                headers.RemoveAt(index);
                return true;
            }
        }

        return false;
    }

    private static string? Text(JsonObject map, string name) => map[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
