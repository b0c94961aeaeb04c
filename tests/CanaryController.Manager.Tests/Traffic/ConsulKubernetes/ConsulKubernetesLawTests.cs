using System.Text;
using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Traffic.ConsulKubernetes;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Testing;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.ConsulKubernetes;

/// <summary>What is written into the resources of consul-k8s, and that nothing else is.</summary>
public sealed class ConsulKubernetesLawTests
{
    private static readonly BackendPair _pair = new("shop", "shop", null, "stable", "canary", IsExternal: false) { BySubset = true };
    private static readonly DateTimeOffset _now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void All_of_a_ServiceSplitter_that_is_not_ours_stays_its_sum_is_100_and_leaving_brings_the_rest_back() =>
        Gen.Select(Splitters(), Gen.Int[0, 10_000].Array[1, 4]).Sample((spec, points) =>
        {
            var before = ConsulKubernetesRig.Body("ServiceSplitter", spec.ToJsonString());
            var splitter = before;
            foreach (var each in points)
            {
                var weight = CanaryWeight.FromBasisPoints(each);
                var plan = RoutePlan.Of(ConsulKubernetesRig.Project(splitter), _pair, weight, true, "a-1");
                Assert.Null(plan.Problem);
                splitter = plan.Patch is null ? splitter : PatchedJson.Apply(splitter, plan.Patch)!;
                Assert.Equal(Others(before), Others(splitter));
                Assert.Equal(weight, RouteSplit.Of(ConsulKubernetesRig.Project(splitter), _pair, default).Weight);
                Assert.Equal(100m, splitter["spec"]!["splits"]!.AsArray().Sum(split => split!["weight"]!.GetValue<decimal>()));
                Assert.Null(RoutePlan.Of(ConsulKubernetesRig.Project(splitter), _pair, weight, true, "a-1").Patch);
            }

            var restored = PatchedJson.Apply(splitter, RouteRestore.Of(ConsulKubernetesRig.Project(splitter), _pair)!)!;
            Assert.True(JsonNode.DeepEquals(before["spec"], restored["spec"]), $"{before["spec"]!.ToJsonString()}\n{restored["spec"]!.ToJsonString()}");
            Assert.True(JsonNode.DeepEquals(before["metadata"]!["annotations"], restored["metadata"]!["annotations"]));
        });

    [Fact]
    public void All_of_a_ServiceResolver_that_is_not_ours_stays_and_leaving_brings_the_rest_back() =>
        Gen.Select(Resolvers(), Gen.Int[0, 3].Select(Gen.Int[0, 3]).Array[1, 4]).Sample((spec, pins) =>
        {
            var before = ConsulKubernetesRig.Body("ServiceResolver", spec.ToJsonString());
            var resolver = before;
            foreach (var (stable, canary) in pins)
            {
                var wanted = new ResolverPins($"f{stable}", $"f{canary}");
                resolver = ResolverSubsetPlan.Of(ConsulKubernetesRig.ProjectResolver(resolver), wanted, "a-1", [], _now) is { } patch ? PatchedJson.Apply(resolver, patch)! : resolver;
                Assert.True(ResolverSubsetPlan.IsDone(ConsulKubernetesRig.ProjectResolver(resolver), wanted));
                Assert.Null(ResolverSubsetPlan.Of(ConsulKubernetesRig.ProjectResolver(resolver), wanted, "a-1", null, _now));
                Assert.Equal(OtherSubsets(before), OtherSubsets(resolver));
            }

            var restored = PatchedJson.Apply(resolver, ResolverRestore.Of(ConsulKubernetesRig.ProjectResolver(resolver), $"f{pins[0].Item1}")!)!;
            restored = PatchedJson.Apply(restored, ResolverRestore.Forget(ConsulKubernetesRig.ProjectResolver(restored))!)!;
            Assert.True(JsonNode.DeepEquals(before["spec"], restored["spec"]), $"{before["spec"]!.ToJsonString()}\n{restored["spec"]!.ToJsonString()}");
            Assert.True(JsonNode.DeepEquals(before["metadata"]!["annotations"], restored["metadata"]!["annotations"]));
        });

    [Fact]
    [Trait("Generates", "files")]
    public void What_is_written_is_reviewed()
    {
        var text = new StringBuilder();
        Splitter("The first division", """{"splits": [{"weight": 100, "responseHeaders": {"set": {"x": "y"}}}]}""", 0);
        Splitter("A weight that changes", """{"splits": [{"weight": 100, "serviceSubset": "stable"}, {"weight": 0, "serviceSubset": "canary"}]}""", 12.34m);
        Splitter("Beside another service", """{"splits": [{"weight": 60}, {"weight": 40, "service": "other"}]}""", 5);
        Resolver("Subsets that are not there", "{}", "v1", "v1");
        Resolver("A canary's subset beside stable's", """{"subsets": {"old": {}, "stable": {"filter": "Service.Meta.version == 1", "onlyPassing": true}}}""", "v1", "v2");
        Resolver("A canary whose pods are ready", """{"subsets": {"stable": {"filter": "v1"}, "canary": {"filter": "v1"}}}""", "v1", "v2");
        Assert.Equal(Reviewed.Text("tests/CanaryController.Manager.Tests/Traffic/ConsulKubernetes/Patches.txt", text.ToString()), text.ToString());

        void Splitter(string title, string spec, decimal percent) => Write(
            title, RoutePlan.Of(ConsulKubernetesRig.Project(Synced("ServiceSplitter", spec)), _pair, CanaryWeight.TryFromPercent(percent)!.Value, true, "leader-3", [], now: _now).Patch!);

        void Resolver(string title, string spec, string stable, string canary) =>
            Write(title, ResolverSubsetPlan.Of(ConsulKubernetesRig.ProjectResolver(Synced("ServiceResolver", spec)), new(stable, canary), "leader-3", [], _now)!);

        void Write(string title, JsonPatch patch)
        {
            text.Append(title).Append('\n');
            foreach (var operation in JsonNode.Parse(patch.ToString())!.AsArray())
            {
                text.Append("  ").Append(operation!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })).Append('\n');
            }
        }
    }

    private static JsonObject Synced(string kind, string spec)
    {
        var body = ConsulKubernetesRig.Body(kind, spec);
        body["status"] = JsonNode.Parse("""{"conditions": [{"type": "Synced", "status": "True"}], "lastSyncedTime": "2026-01-01T11:00:00Z"}""");
        return body;
    }

    /// <summary>The object without the pair's entries.</summary>
    private static string Others(JsonObject splitter)
    {
        var spec = splitter["spec"]!.DeepClone();
        var splits = spec["splits"]!.AsArray();
        for (var index = splits.Count - 1; index >= 0; index--)
        {
            if ((string?)splits[index]!["service"] is null or "shop" && splits[index]!["namespace"] is null && (string?)splits[index]!["serviceSubset"] is null or "stable" or "canary")
            {
                splits.RemoveAt(index);
            }
        }

        return spec.ToJsonString();
    }

    private static string OtherSubsets(JsonObject resolver)
    {
        var spec = resolver["spec"]!.DeepClone();
        var subsets = (spec["subsets"] as JsonObject ?? []).Where(each => each.Key is not ("stable" or "canary")).Select(each => $"{each.Key}={each.Value!.ToJsonString()}");
        var kept = (spec["subsets"] as JsonObject ?? []).Where(each => each.Key is "stable").Select(each => each.Value!["future"]?.ToJsonString());
        spec.AsObject().Remove("subsets");
        return spec.ToJsonString() + string.Join(",", subsets) + (resolver["spec"]!["failover"] is null ? "" : string.Join(",", kept));
    }

    /// <summary>Splitters whose weights sum to 100, one split of which sends to the service as a whole.</summary>
    private static Gen<JsonObject> Splitters() =>
        from others in Gen.Int[0, 3].Array[0, 2]
        from named in Gen.Bool
        from fine in Gen.Int[1, 200]
        from headers in Gen.Bool
        select Splitter([.. others.Distinct()], named, others.Length == 0 ? 10_000 : 5_000 + fine, headers);

    private static JsonObject Splitter(int[] others, bool named, int points, bool headers)
    {
        var own = new JsonObject { ["weight"] = points / 100m, ["future"] = points };
        if (named)
        {
            own["service"] = "shop";
        }

        if (headers)
        {
            own["requestHeaders"] = new JsonObject { ["set"] = new JsonObject { ["x"] = "y" } };
        }

        var splits = new JsonArray(own);
        var left = 10_000 - points;
        for (var index = 0; index < others.Length; index++)
        {
            var part = index == others.Length - 1 ? left : left / 2;
            left -= part;
            splits.Insert(index % 2, Other(others[index], part));
        }

        return new() { ["splits"] = splits, ["future"] = new JsonObject { ["of"] = others.Length } };
    }

    private static JsonObject Other(int kind, int points)
    {
        var split = kind switch
        {
            0 => new JsonObject { ["service"] = "other", ["extra"] = true },
            1 => new() { ["service"] = "other", ["serviceSubset"] = "canary" },
            2 => new() { ["serviceSubset"] = "mine" },
            _ => new JsonObject { ["service"] = "shop", ["namespace"] = "team" },
        };
        split["weight"] = points / 100m;
        return split;
    }

    /// <summary>Resolvers with some of the subsets, and members that this program has never heard of.</summary>
    private static Gen<JsonObject> Resolvers() =>
        from names in Gen.Int[0, 4].Array[0, 4]
        from hasMap in Gen.Bool
        from filters in Gen.Int[0, 2]
        select Resolver([.. names.Distinct()], hasMap, filters);

    private static JsonObject Resolver(int[] names, bool hasMap, int filters)
    {
        var spec = new JsonObject { ["connectTimeout"] = "15s", ["loadBalancer"] = new JsonObject { ["policy"] = "random" }, ["future"] = true };
        if (names.Length > 0 || hasMap)
        {
            spec["subsets"] = new JsonObject([.. names.Select(each => ((string[])["stable", "canary", "v1", "v2", "old"])[each]).Select(name => KeyValuePair.Create(name, (JsonNode?)Subset(name, filters)))]);
        }

        return spec;
    }

    private static JsonObject Subset(string name, int filters)
    {
        var subset = new JsonObject { ["onlyPassing"] = true, ["future"] = name.Length };
        if (filters > 0)
        {
            subset["filter"] = filters == 1 ? "" : "Service.Meta.version == 1";
        }

        return subset;
    }
}
