using System.Text;
using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Testing;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.GatewayApi;

public sealed class HttpRoutePlanTests
{
    private static readonly Gen<int> Foreign = Gen.Int[0, 5];

    private static readonly BackendPair Managed = new("shop", "shop", 80, "shop-stable", "shop-canary", IsExternal: false);

    [Theory]
    [InlineData("5", 100, 95, 5)]
    [InlineData("0", 100, 100, 0)]
    [InlineData("100", 100, 0, 100)]
    [InlineData("0.25", 10_000, 9_975, 25)]
    public void Alone_two_weights_sum_to_a_hundred_or_to_ten_thousand(string percent, int sum, int stable, int canary)
    {
        var weights = PairWeights.Alone(Weight(decimal.Parse(percent)));
        Assert.Equal((stable, canary), (weights.Stable, weights.Canary));
        Assert.Equal(sum, weights.Stable + weights.Canary);
    }

    [Theory]
    [InlineData("5", 10, 9, 1)]
    [InlineData("0.01", 10, 9, 1)]
    [InlineData("91", 10, 0 + 1, 9)]
    [InlineData("99.99", 2, 1, 1)]
    [InlineData("100", 2, 0, 2)]
    [InlineData("0", 7, 7, 0)]
    public void Beside_others_the_canary_is_rounded_up_but_never_to_everything(string percent, int sum, int stable, int canary) =>
        Assert.Equal(new PairWeights(stable, canary), PairWeights.Beside(Weight(decimal.Parse(percent)), sum));

    [Theory]
    [InlineData("5", "shop-stable 950000, shop-canary 50000")]
    [InlineData("0.01", "shop-stable 999900, shop-canary 100")]
    [InlineData("0", "shop-stable 1000000, shop-canary 0")]
    public void Who_wrote_a_large_weight_gets_large_ones(string percent, string entries)
    {
        var route = After("""[{"backendRefs": [{"name": "shop", "port": 80, "weight": 1000000}]}]""", CanaryWeight.Zero);
        var weight = Weight(decimal.Parse(percent));
        route = RoutePlan.Of(RouteRig.Project(route), Managed, weight, true, "a-1").Patch is { } patch ? PatchedJson.Apply(route, patch)! : route;
        var seen = RouteRig.Project(route);
        Assert.Equal(entries, string.Join(", ", seen.Rules[0].Backends.Select(each => $"{each.Name} {each.Weight}")));
        Assert.Equal(weight, RouteSplit.Of(seen, Managed, default).Weight);
        Assert.Equal("1000000", PatchedJson.Apply(route, RouteRestore.Of(seen, Managed)!)!["spec"]!["rules"]![0]!["backendRefs"]![0]!["weight"]!.ToString());
    }

    [Fact]
    public void A_weight_that_was_written_is_read_back() =>
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[2, 3_000]).Sample((points, sum) =>
        {
            var weight = CanaryWeight.FromBasisPoints(points);
            var alone = After($$"""[{"backendRefs": [{"name": "shop", "port": 80}]}]""", weight);
            var beside = After($$"""[{"backendRefs": [{"name": "shop", "port": 80, "weight": {{sum}}}, {"name": "other", "weight": 3}]}]""", weight);
            Assert.Equal(weight, RouteSplit.Of(RouteRig.Project(alone), Managed, default).Weight);
            Assert.Equal(weight, RouteSplit.Of(RouteRig.Project(beside), Managed, default).Weight);
            Assert.Null(RoutePlan.Of(RouteRig.Project(alone), Managed, weight, true, "a-1").Patch);
            Assert.Null(RoutePlan.Of(RouteRig.Project(beside), Managed, weight, true, "a-1").Patch);
        });

    [Fact]
    public void All_that_is_not_ours_stays_and_leaving_brings_the_rest_back() =>
        Gen.Select(Routes(), Gen.Int[0, 10_000].Array[1, 4]).Sample((rules, points) =>
        {
            var before = RouteRig.Route("web", rules.ToJsonString());
            before["metadata"]!["resourceVersion"] = "7";
            before["metadata"]!["generation"] = 1;
            var route = before;
            foreach (var each in points)
            {
                var plan = RoutePlan.Of(RouteRig.Project(route), Managed, CanaryWeight.FromBasisPoints(each), true, "a-1");
                Assert.Null(plan.Problem);
                route = plan.Patch is null ? route : PatchedJson.Apply(route, plan.Patch)!;
                Assert.Equal(Others(before), Others(route));
            }

            var restored = PatchedJson.Apply(route, RouteRestore.Of(RouteRig.Project(route), Managed)!)!;
            Assert.True(JsonNode.DeepEquals(before["spec"], restored["spec"]), $"{before["spec"]!.ToJsonString()}\n{restored["spec"]!.ToJsonString()}");
            Assert.True(JsonNode.DeepEquals(before["metadata"]!["annotations"], restored["metadata"]!["annotations"]));
        });

    [Theory]
    [InlineData("""[{"backendRefs": [{"name": "other"}]}]""", "No rule of HTTPRoute shop/web sends to Service shop")]
    [InlineData("""[{"backendRefs": [{"name": "shop", "port": 80, "weight": 0}]}]""", "No rule of HTTPRoute shop/web sends to Service shop")]
    [InlineData("""[{"backendRefs": [{"name": "shop", "port": 80, "namespace": "else"}]}]""", "No rule of HTTPRoute shop/web sends to Service shop")]
    [InlineData("""[{"backendRefs": [{"name": "shop", "port": 80}, {"name": "other"}]}]""", "weighs 1 beside other backends in rule 1")]
    [InlineData("""[{"backendRefs": [{"name": "shop", "port": 80}, {"name": "shop", "port": 80}]}]""", "by more than one entry")]
    public void What_cannot_be_divided_is_said_and_nothing_is_written(string rules, string problem)
    {
        var plan = RoutePlan.Of(Seen(rules), Managed, Weight(5), true, "a-1");
        Assert.Contains(problem, plan.Problem, StringComparison.Ordinal);
        Assert.Null(plan.Patch);
    }

    [Fact]
    public void What_is_written_is_reviewed()
    {
        var text = new StringBuilder();
        foreach (var (title, rules, percent) in ((string, string, decimal)[])
        [
            ("The first division of an entry", """[{"backendRefs": [{"name": "shop", "port": 80, "weight": 1, "filters": [{"type": "RequestMirror"}]}]}]""", 0),
            ("A weight that changes", """[{"backendRefs": [{"name": "shop-stable", "port": 80, "weight": 100}, {"name": "shop-canary", "port": 80, "weight": 0}]}]""", 5),
            ("A share finer than a percent", """[{"backendRefs": [{"name": "shop-stable", "port": 80, "weight": 95}, {"name": "shop-canary", "port": 80, "weight": 5}]}]""", 0.5m),
            ("Beside another backend", """[{"backendRefs": [{"name": "other", "weight": 70}, {"name": "shop", "port": 80, "weight": 30}]}, {"backendRefs": [{"name": "other"}]}]""", 10),
            ("Nothing to do but the fence", """[{"backendRefs": [{"name": "shop-stable", "port": 80, "weight": 95}, {"name": "shop-canary", "port": 80, "weight": 5}]}]""", 5),
        ])
        {
            var plan = RoutePlan.Of(Seen(rules), Managed, Weight(percent), true, "leader-3", []);
            text.Append(title).Append('\n');
            foreach (var operation in JsonNode.Parse(plan.Patch!.ToString())!.AsArray())
            {
                text.Append("  ").Append(operation!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })).Append('\n');
            }
        }

        Assert.Equal(Reviewed.Text("tests/CanaryController.Manager.Tests/Traffic/GatewayApi/Patches.txt", text.ToString()), text.ToString());
    }

    private static CanaryWeight Weight(decimal percent) => CanaryWeight.TryFromPercent(percent)!.Value;

    private static RouteObject Seen(string rules)
    {
        var route = RouteRig.Route("web", rules);
        route["metadata"]!["resourceVersion"] = "7";
        return RouteRig.Project(route);
    }

    private static JsonObject After(string rules, CanaryWeight weight)
    {
        var route = RouteRig.Route("web", rules);
        route["metadata"]!["resourceVersion"] = "7";
        return PatchedJson.Apply(route, RoutePlan.Of(RouteRig.Project(route), Managed, weight, true, "a-1").Patch!)!;
    }

    /// <summary>The route without the pair's entries and without weights of ours.</summary>
    private static string Others(JsonObject route)
    {
        var spec = route["spec"]!.DeepClone();
        foreach (var rule in spec["rules"]!.AsArray())
        {
            var backends = rule!["backendRefs"]!.AsArray();
            for (var index = backends.Count - 1; index >= 0; index--)
            {
                if ((string)backends[index]!["name"]! is "shop" or "shop-stable" or "shop-canary" && backends[index]!["kind"] is null && backends[index]!["namespace"] is null)
                {
                    backends.RemoveAt(index);
                }
            }
        }

        return spec.ToJsonString();
    }

    /// <summary>Rules with members that this program has never heard of, at least one of which sends to the service.</summary>
    private static Gen<JsonArray> Routes() =>
        from rules in (
            from before in Foreign.Array[0, 2]
            from ours in Gen.Bool
            from weight in Gen.Int[2, 1_000]
            from after in Foreign.Array[0, 2]
            from unknown in Gen.Int[0, 9]
            select (before, ours, weight, after, unknown)).Array[1, 4]
        from alone in Gen.Bool
        select new JsonArray([.. rules.Select((rule, index) => Rule(rule.before, index == 0 || rule.ours, rule.weight, rule.after, rule.unknown, alone))]);

    private static JsonObject Rule(int[] before, bool ours, int weight, int[] after, int unknown, bool alone)
    {
        var backends = new JsonArray();
        foreach (var each in before)
        {
            backends.Add(Other(each));
        }

        if (ours)
        {
            var entry = new JsonObject { ["name"] = "shop", ["port"] = 80, ["unknown"] = new JsonObject { ["x"] = unknown }, ["filters"] = new JsonArray(new JsonObject { ["type"] = "X" }) };
            if (before.Length + after.Length > 0 || alone)
            {
                entry["weight"] = weight;
            }

            backends.Add(entry);
        }

        foreach (var each in after)
        {
            backends.Add(Other(each));
        }

        return new() { ["name"] = $"r{unknown}", ["matches"] = new JsonArray(new JsonObject { ["path"] = new JsonObject { ["value"] = "/" } }), ["future"] = unknown, ["backendRefs"] = backends };
    }

    private static JsonObject Other(int kind) => kind switch
    {
        0 => new() { ["name"] = "shop", ["namespace"] = "else", ["port"] = 80 },
        1 => new() { ["name"] = "shop", ["kind"] = "Bucket", ["group"] = "example.com" },
        2 => new() { ["name"] = "other", ["weight"] = 0 },
        _ => new() { ["name"] = $"other-{kind}", ["weight"] = kind * 10, ["extra"] = true },
    };
}
