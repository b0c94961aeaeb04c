using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Tests.Traffic.Kinds;

/// <summary>A kind of object that routers divide, as tests make some of it.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Spec">A spec around lists of entries, with members that this program has never heard of.</param>
/// <param name="Lists">The lists of a spec.</param>
/// <param name="Strangers">Entries that look like the rollout's and are not.</param>
internal sealed record KindSample(RouteKind Kind, Func<IReadOnlyList<JsonArray>, JsonObject> Spec, Func<JsonNode, IEnumerable<JsonArray>> Lists, IReadOnlyList<string> Strangers)
{
    public static KindSample HttpProxy { get; } = new(
        RouteKinds.HttpProxy,
        lists => new()
        {
            ["virtualhost"] = new JsonObject { ["fqdn"] = "shop.example.org" },
            ["tcpproxy"] = new JsonObject { ["healthCheckPolicy"] = new JsonObject { ["count"] = 3 }, ["services"] = lists[0] },
            ["routes"] = new JsonArray([.. lists.Skip(1).Select((list, index) => new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["prefix"] = $"/{index}" }), ["services"] = list })]),
        },
        spec => [spec["tcpproxy"]!["services"]!.AsArray(), .. spec["routes"]!.AsArray().Select(route => route!["services"]!.AsArray())],
        ["""{"name": "shop", "port": 80, "mirror": true}""", """{"name": "shop", "port": 80, "mirror": true, "weight": 40}"""]);

    public static KindSample TraefikService { get; } = new(
        RouteKinds.TraefikService,
        lists => new() { ["weighted"] = new JsonObject { ["sticky"] = new JsonObject { ["cookie"] = new JsonObject { ["name"] = "v" } }, ["services"] = lists[0] } },
        spec => [spec["weighted"]!["services"]!.AsArray()],
        ["""{"name": "shop", "kind": "TraefikService", "weight": 10}""", """{"name": "shop", "namespace": "else", "port": 80, "weight": 10}"""]);

    public static KindSample IngressRoute { get; } = new(
        RouteKinds.IngressRoute,
        lists => new()
        {
            ["entryPoints"] = new JsonArray("web"),
            ["routes"] = new JsonArray([.. lists.Select((list, index) => new JsonObject { ["match"] = $"Path(`/{index}`)", ["priority"] = index, ["services"] = list })]),
        },
        spec => spec["routes"]!.AsArray().Select(route => route!["services"]!.AsArray()),
        ["""{"name": "shop", "kind": "TraefikService", "weight": 10}""", """{"name": "shop@file", "weight": 3}"""]);

    public static KindSample IngressRouteTcp { get; } = IngressRoute with { Kind = RouteKinds.IngressRouteTcp, Strangers = ["""{"name": "shop", "namespace": "else", "port": 80, "weight": 10}"""] };

    /// <summary>By the kind's name.</summary>
    public static KindSample Of(string kind) => ((KindSample[])[HttpProxy, TraefikService, IngressRoute, IngressRouteTcp]).Single(each => each.Kind.Name == kind);

    /// <summary>An object around a spec, as it is before it is divided.</summary>
    public JsonObject Object(JsonNode spec) => new()
    {
        ["apiVersion"] = Kind.Versions[0].ApiVersion,
        ["kind"] = Kind.Name,
        ["metadata"] = new JsonObject { ["name"] = "web", ["namespace"] = "shop", ["resourceVersion"] = "7", ["generation"] = 1, ["annotations"] = new JsonObject { ["team"] = "shop" } },
        ["spec"] = spec,
    };

    /// <summary>As a cache would keep it.</summary>
    public RouteObject Project(JsonObject body) => Kind.Project(JsonSerializer.SerializeToElement<JsonNode>(body), Kind.Versions[0]);

    /// <summary>The object of a spec in JSON.</summary>
    public RouteObject Seen(string spec) => Project(Object(JsonNode.Parse(spec)!));
}
