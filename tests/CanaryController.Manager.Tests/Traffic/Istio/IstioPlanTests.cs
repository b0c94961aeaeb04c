using System.Text;
using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.Istio;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Testing;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.Istio;

/// <summary>What is written into Istio's objects, and that nothing else is.</summary>
public sealed class IstioPlanTests
{
    private static readonly BackendPair Hosts = new("shop", "shop", null, "shop-stable", "shop-canary", IsExternal: false);
    private static readonly BackendPair Parts = new("shop", "shop", null, "stable", "canary", IsExternal: false) { BySubset = true };
    private static readonly VersionSubsets Subsets = new("shop", "stable", "canary");

    [Fact]
    public void All_of_a_VirtualService_that_is_not_ours_stays_and_leaving_brings_the_rest_back() =>
        Gen.Select(Services(), Gen.Bool, Gen.Int[0, 10_000].Array[1, 4]).Sample((spec, bySubset, points) =>
        {
            var pair = bySubset ? Parts : Hosts;
            var before = IstioRig.Body(spec.ToJsonString());
            var route = before;
            foreach (var each in points)
            {
                var weight = CanaryWeight.FromBasisPoints(each);
                var plan = RoutePlan.Of(IstioRig.Project(route), pair, weight, true, "a-1");
                Assert.Null(plan.Problem);
                route = plan.Patch is null ? route : PatchedJson.Apply(route, plan.Patch)!;
                Assert.Equal(Others(before), Others(route));
                Assert.Equal(weight, RouteSplit.Of(IstioRig.Project(route), pair, default).Weight);
                Assert.All(Weights(route), weights => Assert.True(weights.Length == 0 || weights.Sum() > 0));
            }

            var restored = PatchedJson.Apply(route, RouteRestore.Of(IstioRig.Project(route), pair)!)!;
            Assert.True(JsonNode.DeepEquals(before["spec"], restored["spec"]), $"{before["spec"]!.ToJsonString()}\n{restored["spec"]!.ToJsonString()}");
            Assert.True(JsonNode.DeepEquals(before["metadata"]!["annotations"], restored["metadata"]!["annotations"]));
        });

    [Fact]
    public void All_of_a_DestinationRule_that_is_not_ours_stays_and_leaving_brings_the_rest_back() =>
        Gen.Select(DestinationRule(), Gen.Int[0, 3].Select(Gen.Int[0, 3]).Array[1, 4]).Sample((spec, pins) =>
        {
            var before = IstioRig.Body(spec.ToJsonString(), "DestinationRule", "shop");
            var rule = before;
            foreach (var (stable, canary) in pins)
            {
                var wanted = new SubsetPins($"h{stable}", $"h{canary}");
                rule = SubsetPlan.Of(IstioRig.ProjectRule(rule), Subsets, wanted, "a-1", []) is { } patch ? PatchedJson.Apply(rule, patch)! : rule;
                Assert.True(SubsetPlan.IsDone(IstioRig.ProjectRule(rule), Subsets, wanted));
                Assert.Null(SubsetPlan.Of(IstioRig.ProjectRule(rule), Subsets, wanted, "a-1", null));
                Assert.Equal(OtherSubsets(before), OtherSubsets(rule));

                // One that was not there takes the policy of the other.
                Assert.Equal(Policy(before, "stable") ?? (Has(before, "stable") ? null : Policy(before, "canary")), Policy(rule, "stable"));
            }

            var restored = PatchedJson.Apply(rule, SubsetRestore.Of(IstioRig.ProjectRule(rule), keepsLabels: true)!)!;
            restored = PatchedJson.Apply(restored, SubsetRestore.Forget(IstioRig.ProjectRule(restored))!)!;
            Assert.True(JsonNode.DeepEquals(before["spec"], restored["spec"]), $"{before["spec"]!.ToJsonString()}\n{restored["spec"]!.ToJsonString()}");
            Assert.True(JsonNode.DeepEquals(before["metadata"]!["annotations"], restored["metadata"]!["annotations"]));
        });

    [Fact]
    public void What_is_written_is_reviewed()
    {
        var text = new StringBuilder();
        const string Entry = """{"destination": {"host": "shop.shop.svc.cluster.local", "port": {"number": 80}}, "headers": {"response": {"add": {"x": "y"}}}}""";
        Route("The first division by hosts", Hosts, $$"""{"http": [{"name": "primary", "route": [{{Entry}}]}], "tcp": [{"route": [{"destination": {"host": "shop"} }]}]}""", 0);
        Route("The first division by subsets", Parts, $$"""{"http": [{"route": [{{Entry}}]}]}""", 0);
        Route("A weight that changes", Parts, """{"http": [{"route": [{"destination": {"host": "shop", "subset": "stable"}, "weight": 100}, {"destination": {"host": "shop", "subset": "canary"}}]}]}""", 5);
        Rule("Subsets that are not there", """{"host": "shop", "trafficPolicy": {"outlierDetection": {"consecutive5xxErrors": 5}}}""", "v1", "v1");
        Rule("A canary's subset beside stable's", """{"host": "shop", "subsets": [{"name": "old"}, {"name": "stable", "labels": {"version": "v1"}, "trafficPolicy": {"connectionPool": {}}}]}""", "v1", "v2");
        Rule("A canary whose pods are ready", """{"host": "shop", "subsets": [{"name": "stable", "labels": {"pod-template-hash": "v1"}}, {"name": "canary", "labels": {"pod-template-hash": "v1"}}]}""", "v1", "v2");
        Rule("Nothing to do but the fence", """{"host": "shop", "subsets": [{"name": "stable", "labels": {"pod-template-hash": "v1"}}, {"name": "canary", "labels": {"pod-template-hash": "v2"}}]}""", "v1", "v2");
        Assert.Equal(Reviewed.Text("tests/CanaryController.Manager.Tests/Traffic/Istio/Patches.txt", text.ToString()), text.ToString());

        void Route(string title, BackendPair pair, string spec, decimal percent) =>
            Write(title, RoutePlan.Of(IstioRig.Project(IstioRig.Body(spec)), pair, CanaryWeight.TryFromPercent(percent)!.Value, true, "leader-3", []).Patch!);

        void Rule(string title, string spec, string stable, string canary) =>
            Write(title, SubsetPlan.Of(IstioRig.ProjectRule(IstioRig.Body(spec, "DestinationRule", "shop")), Subsets, new(stable, canary), "leader-3", [])!);

        void Write(string title, JsonPatch patch)
        {
            text.Append(title).Append('\n');
            foreach (var operation in JsonNode.Parse(patch.ToString())!.AsArray())
            {
                text.Append("  ").Append(operation!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })).Append('\n');
            }
        }
    }

    private static IEnumerable<int[]> Weights(JsonObject route) =>
        from protocol in (string[])["http", "tls", "tcp"]
        from rule in route["spec"]![protocol] as JsonArray ?? []
        select (rule!["route"] as JsonArray ?? []).Select(each => (int?)each!["weight"] ?? (rule["route"]!.AsArray().Count == 1 ? 1 : 0)).ToArray();

    /// <summary>The object without the pair's entries.</summary>
    private static string Others(JsonObject route)
    {
        var spec = route["spec"]!.DeepClone();
        foreach (var rule in from protocol in (string[])["http", "tls", "tcp"] from each in spec[protocol] as JsonArray ?? [] select each)
        {
            if (rule["route"] is not JsonArray entries)
            {
                continue;
            }

            for (var index = entries.Count - 1; index >= 0; index--)
            {
                var (host, subset) = ((string)entries[index]!["destination"]!["host"]!, (string?)entries[index]!["destination"]!["subset"]);
                if (host.Split('.') is ["shop" or "shop-stable" or "shop-canary"] or ["shop" or "shop-stable" or "shop-canary", "shop", ..] && subset is null or "stable" or "canary")
                {
                    entries.RemoveAt(index);
                }
            }
        }

        return spec.ToJsonString();
    }

    private static string OtherSubsets(JsonObject rule)
    {
        var spec = rule["spec"]!.DeepClone();
        var subsets = (spec["subsets"] as JsonArray ?? []).Where(each => (string?)each!["name"] is not ("stable" or "canary")).Select(each => each!.ToJsonString());
        spec.AsObject().Remove("subsets");
        return spec.ToJsonString() + string.Join(",", subsets);
    }

    private static string? Policy(JsonObject rule, string name) => Subset(rule, name)?["trafficPolicy"]?.ToJsonString();

    private static bool Has(JsonObject rule, string name) => Subset(rule, name) is not null;

    private static JsonNode? Subset(JsonObject rule, string name) => (rule["spec"]!["subsets"] as JsonArray ?? []).FirstOrDefault(each => (string?)each!["name"] == name);

    /// <summary>VirtualServices with members that this program has never heard of, at least one of whose routes sends to the service.</summary>
    private static Gen<JsonObject> Services() =>
        from routes in (from kind in Gen.Int[0, 2] from before in Gen.Int[0, 3].Array[0, 2] from form in Gen.Int[0, 2] from weight in Gen.Int[2, 500] from unknown in Gen.Int[0, 9] select (kind, before, form, weight, unknown)).Array[1, 5]
        select Service(routes);

    private static JsonObject Service((int Kind, int[] Before, int Form, int Weight, int Unknown)[] routes)
    {
        var spec = new JsonObject { ["hosts"] = new JsonArray("shop.example.org"), ["gateways"] = new JsonArray("mesh"), ["future"] = new JsonObject { ["x"] = 1 } };
        foreach (var (kind, before, form, weight, unknown) in routes)
        {
            var protocol = ((string[])["http", "tls", "tcp"])[kind];
            var entries = new JsonArray([.. before.Select(each => (JsonNode)Other(each))]);
            var own = new JsonObject
            {
                ["destination"] = new JsonObject { ["host"] = ((string[])["shop", "shop.shop", "shop.shop.svc.cluster.local"])[form], ["unknown"] = unknown },
                ["headers"] = new JsonObject { ["request"] = new JsonObject { ["set"] = new JsonObject { ["x"] = "y" } } },
            };
            if (before.Length > 0 || form == 1)
            {
                own["weight"] = weight;
            }

            entries.Add(own);
            if (spec[protocol] is not JsonArray list)
            {
                spec[protocol] = list = [new JsonObject { ["delegate"] = new JsonObject { ["name"] = "x" } }];
            }

            list.Add(new JsonObject { ["match"] = new JsonArray(new JsonObject { ["port"] = unknown }), ["retries"] = new JsonObject { ["attempts"] = unknown }, ["route"] = entries, ["mirrors"] = new JsonArray() });
        }

        return spec;
    }

    private static JsonObject Other(int kind) => kind switch
    {
        0 => new() { ["destination"] = new JsonObject { ["host"] = "shop.else.svc.cluster.local" }, ["weight"] = 10 },
        1 => new() { ["destination"] = new JsonObject { ["host"] = "shop.example.com" } },
        2 => new() { ["destination"] = new JsonObject { ["host"] = "other", ["subset"] = "canary" }, ["weight"] = 7, ["extra"] = true },
        _ => new() { ["destination"] = new JsonObject { ["host"] = "other.shop" }, ["weight"] = 0 },
    };

    /// <summary>DestinationRules with some of the subsets, in any order, and members that this program has never heard of.</summary>
    private static Gen<JsonObject> DestinationRule() =>
        from names in Gen.Int[0, 4].Array[0, 4]
        from hasList in Gen.Bool
        from labels in Gen.Bool
        select Rule([.. names.Distinct()], hasList, labels);

    private static JsonObject Rule(int[] names, bool hasList, bool labels)
    {
        var spec = new JsonObject { ["host"] = "shop", ["trafficPolicy"] = new JsonObject { ["outlierDetection"] = new JsonObject { ["consecutive5xxErrors"] = 5 } }, ["future"] = true };
        if (names.Length > 0 || hasList)
        {
            spec["subsets"] = new JsonArray([.. names.Select(each => (JsonNode)Subset(((string[])["stable", "canary", "v1", "v2", "old"])[each], labels))]);
        }

        return spec;
    }

    private static JsonObject Subset(string name, bool labels)
    {
        var subset = new JsonObject { ["name"] = name, ["trafficPolicy"] = new JsonObject { ["loadBalancer"] = new JsonObject { ["simple"] = "RANDOM" } }, ["future"] = name.Length };
        if (labels)
        {
            subset["labels"] = new JsonObject { ["version"] = "v1", ["app"] = "shop" };
        }

        return subset;
    }
}
