using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Contour;

/// <summary>
/// Routes of an HTTPProxy: <c>conditions[]{prefix | header}</c>, all of which have to hold, and a service with <c>mirror: true</c>, of which a route has one at most. Contour sorts routes by how specific
/// they are.
/// </summary>
internal sealed class ProxyDialect : RuleDialect
{
    private const string Conditions = "conditions";

    /// <inheritdoc/>
    public override RuleTraits Read(JsonElement rule, EquatableArray<RouteBackend> backends, OriginalRoute? note)
    {
        var mirror = backends.ToList().FindIndex(backend => !backend.IsShare);
        var isOwn = mirror >= 0 && note?.IsCanary(backends[mirror].Name, null) is true;
        List<string> headers = [.. rule.Items(Conditions).Select(condition => condition.Text("header", "name")).OfType<string>()];
        return new([new(rule.At(Conditions) is { ValueKind: JsonValueKind.Array } conditions ? conditions.GetArrayLength() : null, [.. headers])])
        {
            OwnMirror = isOwn ? string.Create(CultureInfo.InvariantCulture, $"services/{mirror}") : null,
            NoMirror = mirror >= 0 && !isOwn ? $"mirrors to Service {backends[mirror].Name} already, and Contour takes one mirror in a route: remove it for the time of the step." : null,
        };
    }

    /// <inheritdoc/>
    public override bool Strip(JsonObject rule, RequestMatch? pick)
    {
        var isThere = pick is null;
        if (rule[Conditions] is JsonArray conditions)
        {
            for (var index = conditions.Count - 1; index >= 0 && !isThere; index--)
            {
                if (JsonNode.DeepEquals(conditions[index], Condition(pick!)))
                {
                    conditions.RemoveAt(index);
                    isThere = true;
                }
            }

            if (conditions.Count == 0)
            {
                rule.Remove(Conditions);
            }
        }

        return isThere;
    }

    /// <inheritdoc/>
    public override void Add(JsonPatch patch, string twin, RouteRule rule, RequestMatch pick) => _ = rule.Traits!.Matches[0].Conditions is { } count
        ? patch.Add($"{twin}/{Conditions}/{count}", Condition(pick))
        : patch.Add($"{twin}/{Conditions}", new JsonArray(Condition(pick)));

    /// <inheritdoc/>
    /// <remarks>The weight of a mirror is the percentage that is copied; 0 would mean all as well, but that is a slip of Contour's.</remarks>
    public override void Mirror(JsonPatch patch, string path, RouteRule rule, RouteBackend backend, int canary, int count) => patch
        .Copy($"{path}/services/{canary}", $"{path}/services/{count}")
        .Add($"{path}/services/{count}/mirror", true)
        .Add($"{path}/services/{count}/weight", 100);

    private static JsonObject Condition(RequestMatch pick) => new()
    {
        ["header"] = pick.Kind switch
        {
            RequestMatchKind.Header => new JsonObject { ["name"] = pick.Name, ["exact"] = pick.Value },
            RequestMatchKind.Cookie => new JsonObject { ["name"] = CookieHeader, ["regex"] = CookiePattern.Of(pick) },
        },
    };
}
