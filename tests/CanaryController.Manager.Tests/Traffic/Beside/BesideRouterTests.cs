using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Tests.Traffic.GatewayApi;
using CanaryController.Manager.Traffic;

namespace CanaryController.Manager.Tests.Traffic.Beside;

/// <summary>Matched and mirrored requests through the router, and what others do to them.</summary>
public sealed class BesideRouterTests
{
    private const string Rules = """[{"matches": [{"path": {"type": "PathPrefix", "value": "/"}}], "backendRefs": [{"name": "shop", "port": 80}]}]""";

    private static readonly RequestMatch Header = new(RequestMatchKind.Header, "x-canary", "always");

    private static readonly TrafficSplit Matched = RouteRig.Split(0) with { Matches = [Header] };

    [Fact]
    public async Task An_aborted_rollout_sends_no_matched_or_mirrored_request_to_the_canary_again()
    {
        var rig = await DividedAsync();
        Assert.Equal(Matched with { IsMirrored = true }, (await ApplyAsync(rig, Matched with { IsMirrored = true })).Route.Applied);
        var backup = Route(rig).DeepClone().AsObject();
        var patches = rig.Kube.Patches.Count;

        Assert.Equal(RouteRig.Split(0), (await rig.ApplyAsync(0)).Route.Applied);
        Assert.Equal(patches + 1, rig.Kube.Patches.Count);
        AssertNothingBeside(rig);

        // Somebody restores what was there before, with our note or without it.
        foreach (var withNote in (bool[])[true, false])
        {
            rig.Kube.Change(ObjectKind.HttpRoute, "web", route =>
            {
                route["spec"] = backup["spec"]!.DeepClone();
                route["metadata"]!["annotations"] = withNote ? backup["metadata"]!["annotations"]!.DeepClone() : route["metadata"]!["annotations"]!.DeepClone();
            });
            Assert.False((await rig.ReadAsync()).Route.Applied?.RoutesAlike(TrafficSplit.AllTo("v1")) ?? false);
            await rig.ApplyAsync(0);
            Assert.DoesNotContain(Entries(rig), entry => entry is ("shop-canary", > 0));
        }
    }

    [Fact]
    public async Task A_manifest_that_is_applied_again_ends_matches_and_they_are_written_again()
    {
        var rig = await DividedAsync();
        await ApplyAsync(rig, Matched);
        rig.Kube.Change(ObjectKind.HttpRoute, "web", route => route["spec"]!["rules"] = JsonNode.Parse(Rules));
        Assert.Equal(TrafficSplit.AllTo("v1"), (await rig.ReadAsync()).Route.Applied);

        Assert.Equal(Matched, (await ApplyAsync(rig, Matched)).Route.Applied);
        Assert.Equal(2, Route(rig)["spec"]!["rules"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_stale_writer_neither_matches_nor_mirrors()
    {
        var rig = await DividedAsync();
        var basis = await rig.ReadAsync();
        rig.Kube.Change(ObjectKind.HttpRoute, "web", route => route["metadata"]!["labels"] = new JsonObject { ["x"] = "y" });
        await rig.Router.ApplyAsync(rig.Target, Matched with { IsMirrored = true }, basis, CancellationToken.None);
        AssertNothingBeside(rig);
    }

    [Fact]
    public async Task Nothing_more_is_written_when_nothing_changes()
    {
        var rig = await DividedAsync();
        await ApplyAsync(rig, Matched);
        var patches = rig.Kube.Patches.Count;
        await ApplyAsync(rig, Matched);
        Assert.Equal(patches, rig.Kube.Patches.Count);
    }

    [Fact]
    public async Task What_a_rule_cannot_ask_for_keeps_the_weight_from_rising_and_never_from_falling()
    {
        var rig = await DividedAsync(Rules.Replace("\"path\"", "\"headers\": [{\"name\": \"X-Canary\", \"value\": \"no\"}], \"path\"", StringComparison.Ordinal));
        await rig.ApplyAsync(10);
        var risen = await ApplyAsync(rig, RouteRig.Split(20) with { Matches = [Header] });
        Assert.Equal("Rule 1 of HTTPRoute shop/web asks for the header x-canary itself, and a rule can ask for a header once: match by another one.", risen.Route.Problem);
        Assert.Equal(("shop-stable 90, shop-canary 10", false), (rig.Backends(), risen.Route.Accepted));

        Assert.NotNull((await ApplyAsync(rig, RouteRig.Split(5) with { Matches = [Header] })).Route.Problem);
        Assert.Equal("shop-stable 95, shop-canary 5", rig.Backends());
        Assert.Null((await rig.ApplyAsync(0)).Route.Problem);
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(9, false)]
    public async Task Rules_and_those_that_match_are_as_many_as_the_API_allows(int rules, bool fits)
    {
        var rig = await DividedAsync($"[{string.Join(", ", Enumerable.Range(0, rules).Select(index => $$$"""{"matches": [{"path": {"value": "/{{{index}}}"}}], "backendRefs": [{"name": "shop", "port": 80}]}"""))}]");
        var read = await ApplyAsync(rig, Matched);
        Assert.Equal(fits ? null : "HTTPRoute shop/web would have 18 rules with those that match requests, and the API allows 16: match by fewer headers and cookies, or divide the object.", read.Route.Problem);
        Assert.Equal(fits ? 16 : 9, Route(rig)["spec"]!["rules"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_rest_that_is_found_at_rest_is_taken_away()
    {
        var rig = await DividedAsync();
        await ApplyAsync(rig, Matched);
        var seen = await rig.ReadAsync("v1", null);
        Assert.Equal((null, "HTTPRoute shop/web gives some requests to a version that is not v1."), (seen.Route.Applied, seen.Route.Problem));
        await rig.Router.ApplyAsync(rig.Target, TrafficSplit.AllTo("v1"), seen, CancellationToken.None);
        AssertNothingBeside(rig);
    }

    private static async Task<RouteRig> DividedAsync(string rules = Rules)
    {
        var rig = new RouteRig();
        rig.Add(rules: rules);
        rig.Pair();
        await rig.ApplyAsync(0);
        return rig;
    }

    private static async Task<RouteReading> ApplyAsync(RouteRig rig, TrafficSplit split) => await rig.Router.ApplyAsync(rig.Target, split, await rig.ReadAsync(), CancellationToken.None);

    private static JsonObject Route(RouteRig rig) => rig.Kube.Find(ObjectKind.HttpRoute, "web");

    private static IEnumerable<(string Name, int Weight)> Entries(RouteRig rig) =>
        from rule in Route(rig)["spec"]!["rules"]!.AsArray()
        from entry in rule!["backendRefs"]!.AsArray()
        select ((string)entry!["name"]!, (int?)entry["weight"] ?? 1);

    private static void AssertNothingBeside(RouteRig rig)
    {
        var rule = Assert.Single(Route(rig)["spec"]!["rules"]!.AsArray())!;
        Assert.Null(rule["filters"]);
        Assert.DoesNotContain("x-canary", Route(rig)["spec"]!.ToJsonString(), StringComparison.Ordinal);
    }
}
