using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Traffic.Routes;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.Routes;

/// <summary>A kind, and how to write objects of it: what a test of all kinds needs to know.</summary>
/// <param name="Title">For people.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Write">An object with lists of entries; each entry is a Service (null = one of another group) and a weight (null = none).</param>
/// <param name="NeedsWeight">An entry has to say its weight.</param>
internal sealed record RouteSample(string Title, RouteKind Kind, Func<IReadOnlyList<IReadOnlyList<(string Name, int? Weight)>>, JsonObject> Write, bool NeedsWeight = false)
{
    /// <summary>All kinds whose weights stand in lists.</summary>
    public static IReadOnlyList<RouteSample> All { get; } =
    [
        Gateway(RouteKinds.HttpRoute), Gateway(RouteKinds.GrpcRoute), Gateway(RouteKinds.TcpRoute), Gateway(RouteKinds.PolicyHttpRoute),
        new("TrafficSplit in numbers", RouteKinds.TrafficSplit, lists => Split(lists, weight => weight), NeedsWeight: true),
        new("TrafficSplit in texts", RouteKinds.TrafficSplit, lists => Split(lists, weight => weight.ToString()), NeedsWeight: true),
        new("TrafficSplit in thousandths", RouteKinds.TrafficSplit, lists => Split(lists, weight => $"{weight}m"), NeedsWeight: true),
    ];

    public RouteObject Project(JsonObject body) => Kind.Project(JsonSerializer.SerializeToElement<JsonNode>(body), Kind.Versions[0]);

    public override string ToString() => Title;

    private static RouteSample Gateway(RouteKind kind) => new(kind.Name, kind, lists => Meta(kind, new JsonObject
    {
        ["parentRefs"] = new JsonArray(new JsonObject { ["group"] = "", ["kind"] = "Service", ["name"] = "shop", ["port"] = 80 }),
        ["hostnames"] = new JsonArray("shop.example.org"),
        ["rules"] = new JsonArray([.. lists.Select((entries, index) => new JsonObject
        {
            ["name"] = $"r{index}", ["matches"] = new JsonArray(new JsonObject { ["future"] = index }), ["timeouts"] = new JsonObject { ["request"] = "10s" },
            ["backendRefs"] = new JsonArray([.. entries.Select(entry => Entry("name", entry.Name, entry.Weight, 80))]),
        })]),
    }));

    private static JsonObject Split(IReadOnlyList<IReadOnlyList<(string Name, int? Weight)>> lists, Func<int, JsonNode> weight) => Meta(RouteKinds.TrafficSplit, new JsonObject
    {
        ["service"] = "shop", ["matches"] = new JsonArray(new JsonObject { ["kind"] = "HTTPRouteGroup", ["name"] = "all" }),
        ["backends"] = new JsonArray([.. lists[0].Select(entry => Entry("service", entry.Name, weight(entry.Weight ?? 1), null))]),
    });

    private static JsonObject Entry(string field, string name, JsonNode? weight, int? port)
    {
        var entry = new JsonObject { [field] = name, ["unknown"] = new JsonObject { ["of"] = name } };
        if (port is not null)
        {
            entry["port"] = port;
        }

        if (weight is not null)
        {
            entry["weight"] = weight;
        }

        return entry;
    }

    private static JsonObject Meta(RouteKind kind, JsonObject spec) => new()
    {
        ["apiVersion"] = kind.Versions[0].ApiVersion,
        ["kind"] = kind.Versions[0].Kind,
        ["metadata"] = new JsonObject
        {
            ["name"] = "web", ["namespace"] = "shop", ["resourceVersion"] = "7", ["generation"] = 1,
            ["annotations"] = new JsonObject { ["retry.linkerd.io/http"] = "5xx", ["timeout.linkerd.io/request"] = "2s" },
        },
        ["spec"] = spec,
    };

    /// <summary>Lists of which at least the first sends to the service, beside others or alone.</summary>
    public Gen<JsonObject> Objects() =>
        from lists in (
            from before in Gen.Int[0, 3].Array[0, 2]
            from weight in Gen.Int[2, 1_000]
            from after in Gen.Int[0, 3].Array[0, 2]
            from says in Gen.Bool
            select (IReadOnlyList<(string, int?)>)
            [
                .. before.Select(Other),
                ("shop", before.Length + after.Length == 0 && !says && !NeedsWeight ? null : weight),
                .. after.Select(Other),
            ]).Array[1, Kind == RouteKinds.TrafficSplit ? 1 : 4]
        select Write(lists);

    private static (string, int?) Other(int number) => ($"other-{number}", number * 10);
}
