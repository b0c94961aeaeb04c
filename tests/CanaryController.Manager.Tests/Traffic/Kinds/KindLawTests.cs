using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Traffic.Routes;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.Kinds;

/// <summary>What holds for every kind, whatever stands in the object.</summary>
public sealed class KindLawTests
{
    private static readonly BackendPair _pair = new("shop", "shop", 80, "shop-stable", "shop-canary", IsExternal: false);

    private static readonly string[] _ours = ["shop", "shop-stable", "shop-canary"];

    public static TheoryData<string> Kinds => ["HTTPProxy", "TraefikService", "IngressRoute", "IngressRouteTCP"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void All_that_is_not_ours_stays_and_leaving_brings_the_rest_back(string kind)
    {
        var sample = KindSample.Of(kind);
        Gen.Select(Lists(sample), Gen.Int[0, 10_000].Array[1, 4]).Sample((lists, points) =>
        {
            var before = sample.Object(sample.Spec(lists));
            var route = before;
            foreach (var each in points)
            {
                var plan = RoutePlan.Of(sample.Project(route), _pair, CanaryWeight.FromBasisPoints(each), true, "a-1");
                Assert.Null(plan.Problem);
                route = plan.Patch is null ? route : PatchedJson.Apply(route, plan.Patch)!;
                Assert.Equal(Others(sample, before), Others(sample, route));
                Assert.True(RouteSplit.Of(sample.Project(route), _pair, default) is { IsDivided: true, Problem: null });
            }

            var restored = PatchedJson.Apply(route, RouteRestore.Of(sample.Project(route), _pair)!)!;
            Assert.True(JsonNode.DeepEquals(before["spec"], restored["spec"]), $"{before["spec"]!.ToJsonString()}\n{restored["spec"]!.ToJsonString()}");
            Assert.True(JsonNode.DeepEquals(before["metadata"]!["annotations"], restored["metadata"]!["annotations"]));
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_weight_that_was_written_is_read_back_and_not_written_again(string kind)
    {
        var sample = KindSample.Of(kind);
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[2, 3_000], Gen.Bool).Sample((points, sum, isAlone) =>
        {
            var weight = CanaryWeight.FromBasisPoints(points);
            var entries = isAlone ? """[{"name": "shop", "port": 80}]""" : $$"""[{"name": "shop", "port": 80, "weight": {{sum}}}, {"name": "other", "port": 80, "weight": 3}]""";
            var lists = Enumerable.Range(0, 2).Select(_ => JsonNode.Parse(entries)!.AsArray()).ToList();
            var before = sample.Object(sample.Spec(lists));
            var divided = PatchedJson.Apply(before, RoutePlan.Of(sample.Project(before), _pair, weight, true, "a-1").Patch!)!;
            Assert.Equal(weight, RouteSplit.Of(sample.Project(divided), _pair, default).Weight);
            Assert.Null(RoutePlan.Of(sample.Project(divided), _pair, weight, true, "a-1").Patch);
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Two_entries_are_never_both_0(string kind)
    {
        var sample = KindSample.Of(kind);
        Gen.Select(Lists(sample), Gen.Int[0, 10_000]).Sample((lists, points) =>
        {
            var before = sample.Object(sample.Spec(lists));
            var divided = PatchedJson.Apply(before, RoutePlan.Of(sample.Project(before), _pair, CanaryWeight.FromBasisPoints(points), true, "a-1").Patch!)!;
            foreach (var list in sample.Lists(divided["spec"]!).Where(list => list.Any(entry => (string?)entry!["name"] == "shop-canary")))
            {
                var pair = list.Where(entry => (string?)entry!["name"] is "shop-stable" or "shop-canary").ToList();
                Assert.Equal(2, pair.Count);
                Assert.True(pair.Sum(entry => long.Parse(entry!["weight"]!.ToJsonString())) > 0);
            }
        });
    }

    /// <summary>The spec without the pair's entries.</summary>
    private static string Others(KindSample sample, JsonObject route)
    {
        var spec = route["spec"]!.DeepClone();
        foreach (var list in sample.Lists(spec).ToList())
        {
            for (var index = list.Count - 1; index >= 0; index--)
            {
                var entry = list[index]!;
                if (_ours.Contains((string)entry["name"]!) && entry["kind"] is null && entry["namespace"] is null && entry["mirror"] is null)
                {
                    list.RemoveAt(index);
                }
            }
        }

        return spec.ToJsonString();
    }

    /// <summary>Lists of entries with members that this program has never heard of; the first sends to the service.</summary>
    private static Gen<IReadOnlyList<JsonArray>> Lists(KindSample sample) =>
        from lists in (
            from before in Gen.Int[0, 5].Array[0, 2]
            from ours in Gen.Bool
            from weight in Gen.Int[2, 1_000]
            from after in Gen.Int[0, 5].Array[0, 2]
            from unknown in Gen.Int[0, 9]
            select (before, ours, weight, after, unknown)).Array[2, 4]
        from alone in Gen.Bool
        select (IReadOnlyList<JsonArray>)[.. lists.Select((list, index) => List(sample, list.before, index == 0 || list.ours, alone ? list.weight : null, list.after, list.unknown))];

    private static JsonArray List(KindSample sample, int[] before, bool ours, int? weight, int[] after, int unknown)
    {
        var others = before.Length + after.Length;
        var list = new JsonArray([.. before.Select(each => Other(sample, each))]);
        if (ours)
        {
            var entry = new JsonObject { ["name"] = "shop", ["port"] = 80, ["unknown"] = new JsonObject { ["x"] = unknown } };
            if ((weight ?? (others > 0 ? 50 : null)) is { } written)
            {
                entry["weight"] = written;
            }

            list.Add(entry);
        }

        foreach (var each in after)
        {
            list.Add(Other(sample, each));
        }

        return list;
    }

    private static JsonNode Other(KindSample sample, int which) => which < sample.Strangers.Count
        ? JsonNode.Parse(sample.Strangers[which])!
        : new JsonObject { ["name"] = $"other-{which}", ["port"] = 80, ["weight"] = which * 10, ["extra"] = true };
}
