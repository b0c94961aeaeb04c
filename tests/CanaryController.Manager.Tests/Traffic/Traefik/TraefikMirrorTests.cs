using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Tests.Traffic.Kinds;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Testing;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.Traefik;

/// <summary>Copies on Traefik: an entry of <c>spec.mirroring.mirrors</c> that the user wrote for it.</summary>
public sealed class TraefikMirrorTests
{
    private static readonly BackendPair _pair = new("shop", "shop", 80, "shop-stable", "shop-canary", IsExternal: false);
    private static readonly string[] _names = ["audit", "shop", "shop-stable"];
    private static readonly BesideWeight _mirror = new([], IsMirrored: true);

    [Fact]
    public void Only_the_entry_for_the_canary_changes_and_it_is_given_back_as_it_was() =>
        Gen.Select(Entry().Array[0, 3], Entry().Array[0, 2], Gen.Int[0, 2], Gen.Int[0, 99]).Sample((before, after, percent, unknown) =>
        {
            JsonNode own = new JsonObject { ["name"] = "shop", ["port"] = 80, ["scheme"] = "h2c", ["future"] = unknown };
            if (percent > 0)
            {
                own["percent"] = 0;
            }

            var route = Object([.. before.Select(each => each.DeepClone()), own, .. after.Select(each => each.DeepClone())]);
            var untouched = route.DeepClone().AsObject();
            var at = before.Length;
            route = Applied(route, _mirror);
            var mirrors = route["spec"]!["mirroring"]!["mirrors"]!.AsArray();
            Assert.Equal(("shop-canary", 100), ((string)mirrors[at]!["name"]!, (int)mirrors[at]!["percent"]!));
            mirrors = untouched["spec"]!["mirroring"]!["mirrors"]!.DeepClone().AsArray();
            (mirrors[at]!["name"], mirrors[at]!["percent"]) = ("shop-canary", 100);
            Assert.True(JsonNode.DeepEquals(mirrors, route["spec"]!["mirroring"]!["mirrors"]));
            Assert.Equal((null, BesideParts.Mirror, _mirror), (Split(route).Weight, Split(route).Only, Split(route).Beside));
            Assert.Null(Plan(route, _mirror).Patch);

            var stopped = Applied(route, BesideWeight.None);
            Assert.True(JsonNode.DeepEquals(untouched["spec"], stopped["spec"]), stopped["spec"]!.ToJsonString());
            var restored = PatchedJson.Apply(route, RouteRestore.Of(Project(route), _pair)!)!;
            Assert.True(JsonNode.DeepEquals(untouched["spec"], restored["spec"]), restored["spec"]!.ToJsonString());
            Assert.True(JsonNode.DeepEquals(untouched["metadata"]!["annotations"], restored["metadata"]!["annotations"]));
        });

    [Theory]
    [InlineData("""[{"name": "shop", "port": 80, "percent": 10}]""")]
    [InlineData("""[{"name": "shop", "kind": "TraefikService", "percent": 0}]""")]
    [InlineData("""[{"name": "shop", "namespace": "else", "port": 80}]""")]
    [InlineData("""[{"name": "shop", "port": 81}]""")]
    [InlineData("[]")]
    public void A_mirror_of_the_users_own_stays_and_the_rollout_says_what_is_missing(string mirrors)
    {
        var plan = RoutePlan.Of(Project(Object(JsonNode.Parse(mirrors)!.AsArray())), _pair, CanaryWeight.Zero, true, "a-1", null, _mirror);
        Assert.Null(plan.Patch);
        Assert.Contains("write the Service among the mirrors here, with percent: 0", plan.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Mirrors_and_weights_of_a_rollout_have_to_say_the_same()
    {
        var weights = KindSample.TraefikService.Seen("""{"weighted": {"services": [{"name": "shop-stable", "port": 80, "weight": 100}, {"name": "shop-canary", "port": 80, "weight": 0}]}}""");
        var (mirrored, silent) = (Project(Applied(Object(Own()), _mirror)), Project(Object(Own())));
        Assert.Null(Folded(weights, mirrored).Result().Applied);
        Assert.Null(Folded(mirrored, weights).Result().Applied);
        Assert.Equal(new TrafficSplit("v1", "v2", CanaryWeight.Zero, []), Folded(silent, weights).Result().Applied);
        Assert.Null(Folded(silent).Result().Applied);
    }

    [Fact]
    public void What_is_written_is_reviewed()
    {
        var text = new System.Text.StringBuilder();
        var route = Object(Own());
        PatchText.Append(text.Append("A mirror begins\n"), Plan(route, _mirror).Patch!);
        route = Applied(route, _mirror);
        PatchText.Append(text.Append("It ends\n"), Plan(route, BesideWeight.None).Patch!);
        PatchText.Append(text.Append("The rollout leaves while it mirrors\n"), RouteRestore.Of(Project(route), _pair)!);
        Assert.Equal(Reviewed.Text("tests/CanaryController.Manager.Tests/Traffic/Traefik/MirrorPatches.txt", text.ToString()), text.ToString());
    }

    private static RouteFold Folded(params ReadOnlySpan<RouteObject> routes)
    {
        var fold = new RouteFold("v1", "v2");
        foreach (var route in routes)
        {
            fold.Add(route.Id, RouteSplit.Of(route, _pair, default), route.Acceptance, isFenced: true);
        }

        return fold;
    }

    private static JsonArray Own() => [new JsonObject { ["name"] = "audit", ["port"] = 80, ["percent"] = 5 }, new JsonObject { ["name"] = "shop", ["port"] = 80, ["scheme"] = "h2c", ["percent"] = 0 }];

    private static RouteSplit Split(JsonObject route) => RouteSplit.Of(Project(route), _pair, default);

    private static RoutePlan Plan(JsonObject route, BesideWeight beside) => RoutePlan.Of(Project(route), _pair, CanaryWeight.Zero, true, "a-1", null, beside);

    private static JsonObject Applied(JsonObject route, BesideWeight beside)
    {
        var plan = Plan(route, beside);
        Assert.Equal((null, null), (plan.Problem, plan.Unmet));
        return plan.Patch is null ? route : PatchedJson.Apply(route, plan.Patch)!;
    }

    private static RouteObject Project(JsonObject body) => KindSample.TraefikService.Project(body);

    private static JsonObject Object(JsonArray mirrors) => KindSample.TraefikService.Object(new JsonObject
    {
        ["mirroring"] = new JsonObject { ["name"] = "shop-weights", ["kind"] = "TraefikService", ["maxBodySize"] = 1024, ["mirrorBody"] = false, ["future"] = new JsonObject { ["x"] = 1 }, ["mirrors"] = mirrors },
    });

    /// <summary>Mirrors that are none of the rollout's.</summary>
    private static Gen<JsonObject> Entry() =>
        from name in Gen.Int[0, 2].Select(index => _names[index])
        from percent in Gen.Int[1, 100]
        from isService in Gen.Bool
        let kind = isService ? "Service" : "TraefikService"
        select new JsonObject { ["name"] = name, ["kind"] = kind, ["percent"] = percent, ["unknown"] = percent };
}
