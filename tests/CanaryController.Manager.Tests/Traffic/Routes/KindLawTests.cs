using System.Text;
using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Testing;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.Routes;

/// <summary>What holds for each kind of object that is divided.</summary>
public sealed class KindLawTests
{
    private static readonly BackendPair _pair = new("shop", "shop", 80, "shop-stable", "shop-canary", IsExternal: false);

    public static TheoryData<string> Titles => [.. RouteSample.All.Select(sample => sample.Title)];

    [Theory]
    [MemberData(nameof(Titles))]
    public void All_that_is_not_ours_stays_and_leaving_brings_the_rest_back(string title)
    {
        var sample = Sample(title);
        Gen.Select(sample.Objects(), Gen.Int[0, 10_000].Array[1, 4]).Sample(
            (before, points) =>
            {
                var route = before;
                foreach (var each in points)
                {
                    var plan = RoutePlan.Of(sample.Project(route), _pair, CanaryWeight.FromBasisPoints(each), true, "a-1");
                    Assert.Null(plan.Problem);
                    route = plan.Patch is null ? route : PatchedJson.Apply(route, plan.Patch)!;
                    Assert.Equal(Others(before, sample), Others(route, sample));
                    Assert.Equal(CanaryWeight.FromBasisPoints(each), RouteSplit.Of(sample.Project(route), _pair, default).Weight);
                }

                var restored = PatchedJson.Apply(route, RouteRestore.Of(sample.Project(route), _pair)!)!;
                Assert.True(JsonNode.DeepEquals(before["spec"], restored["spec"]), $"{before["spec"]!.ToJsonString()}\n{restored["spec"]!.ToJsonString()}");
                Assert.True(JsonNode.DeepEquals(before["metadata"]!["annotations"], restored["metadata"]!["annotations"]));
            },
            iter: 200);
    }

    [Theory]
    [MemberData(nameof(Titles))]
    public void What_is_written_once_is_not_written_again(string title)
    {
        var sample = Sample(title);
        Gen.Select(sample.Objects(), Gen.Int[0, 10_000]).Sample(
            (before, points) =>
            {
                var weight = CanaryWeight.FromBasisPoints(points);
                var after = PatchedJson.Apply(before, RoutePlan.Of(sample.Project(before), _pair, weight, true, "a-1").Patch!)!;
                Assert.Null(RoutePlan.Of(sample.Project(after), _pair, weight, true, "a-1").Patch);
            },
            iter: 100);
    }

    [Fact]
    [Trait("Generates", "files")]
    public void What_is_written_is_reviewed()
    {
        var text = new StringBuilder();
        foreach (var sample in RouteSample.All)
        {
            var route = sample.Write([[("shop", sample.NeedsWeight ? 1 : null)]]);
            foreach (var percent in (decimal[])[0, 5, 0.25m, 100])
            {
                var plan = RoutePlan.Of(sample.Project(route), _pair, CanaryWeight.TryFromPercent(percent)!.Value, true, "leader-3");
                Append(text, $"{sample.Title}: {percent} %", plan.Patch!);
                route = PatchedJson.Apply(route, plan.Patch!)!;
            }

            Append(text, $"{sample.Title}: given back", RouteRestore.Of(sample.Project(route), _pair)!);
        }

        Assert.Equal(Reviewed.Text("tests/CanaryController.Manager.Tests/Traffic/Routes/Patches.txt", text.ToString()), text.ToString());
    }

    [Fact]
    public void No_two_kinds_have_the_same_name_and_the_API_server_finds_each_by_its_group()
    {
        Assert.Equal(RouteKinds.All.Count, RouteKinds.All.Select(kind => kind.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(RouteKinds.All, kind => Assert.Same(kind, RouteKinds.Find(kind.Versions[0].Group, kind.Versions[0].Kind)));
        Assert.Equal("HTTPRoute.policy.linkerd.io shop/web", new RouteId(RouteKinds.PolicyHttpRoute, new("shop", "web")).ToString());
    }

    [Theory]
    [InlineData(15, true)]
    [InlineData(16, false)]
    public void A_list_that_is_full_is_said_before_the_API_refuses_it(int entries, bool hasRoom)
    {
        var sample = Sample("GRPCRoute");
        var route = sample.Write([[("shop", 100), .. Enumerable.Range(1, entries - 1).Select(index => ($"other-{index}", (int?)10))]]);
        var plan = RoutePlan.Of(sample.Project(route), _pair, CanaryWeight.Zero, true, "a-1");
        Assert.Equal(hasRoom, plan.Problem is null);
        Assert.Equal(hasRoom, plan.Patch is not null);
    }

    private static RouteSample Sample(string title) => RouteSample.All.Single(sample => sample.Title == title);

    private static void Append(StringBuilder text, string title, JsonPatch patch)
    {
        text.Append(title).Append('\n');
        foreach (var operation in JsonNode.Parse(patch.ToString())!.AsArray())
        {
            text.Append("  ").Append(operation!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })).Append('\n');
        }
    }

    /// <summary>The object without the pair's entries, our annotations and what the server counts.</summary>
    private static string Others(JsonObject route, RouteSample sample)
    {
        var copy = route.DeepClone().AsObject();
        var (lists, field) = sample.Kind == RouteKinds.TrafficSplit
            ? ((JsonArray[])[copy["spec"]!["backends"]!.AsArray()], "service")
            : ([.. copy["spec"]!["rules"]!.AsArray().Select(rule => rule!["backendRefs"]!.AsArray())], "name");
        foreach (var list in lists)
        {
            for (var index = list.Count - 1; index >= 0; index--)
            {
                if ((string)list[index]![field]! is "shop" or "shop-stable" or "shop-canary")
                {
                    Assert.NotNull(list[index]!["unknown"]);
                    list.RemoveAt(index);
                }
            }
        }

        var annotations = copy["metadata"]!["annotations"]!.AsObject();
        foreach (var key in annotations.Select(pair => pair.Key).Where(key => key.StartsWith("canarycontroller.io/", StringComparison.Ordinal)).ToList())
        {
            annotations.Remove(key);
        }

        return copy.ToJsonString();
    }
}
