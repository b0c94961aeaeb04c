using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Tests.Traffic.Routes;

/// <summary>Routes that people edit by hand while they are divided: an abort is written all the same, and leaving leaves nothing behind that leads to a Service of ours.</summary>
public sealed class EditedRouteTests
{
    [Fact]
    public async Task An_abort_takes_all_from_a_canary_that_somebody_wrote_twice()
    {
        var rig = await DividedAsync(20);
        Edit(rig, rules => rules[0]!["backendRefs"]!.AsArray().Add(JsonNode.Parse("""{"name": "shop-canary", "port": 80, "weight": 50}""")));

        Assert.Equal(46.67m, (await rig.ReadAsync()).Route.Applied?.Weight.Percent);
        Assert.Contains("by more than one entry", (await rig.ApplyAsync(20)).Route.Problem, StringComparison.Ordinal);

        var aborted = await rig.ApplyAsync(0);
        Assert.Equal("shop-stable 150, shop-canary 0, shop-canary 0", rig.Entries(RouteKinds.HttpRoute));
        Assert.Equal((CanaryWeight.Zero, true, null), (aborted.Route.Applied?.Weight, aborted.Route.Accepted, aborted.Route.Problem));
        Assert.Null(await rig.LeaveAsync());
        Assert.Equal("shop 150", rig.Entries(RouteKinds.HttpRoute));
    }

    [Theory]
    [InlineData(0, 1, "shop-stable 1, shop-canary 0, other 9")]
    [InlineData(0, 0, "shop-stable 0, shop-canary 0, other 9")]
    public async Task Weights_that_are_too_small_to_divide_are_small_enough_to_abort(int stable, int canary, string entries)
    {
        var rig = await DividedAsync(20);
        Edit(rig, rules => rules[0]!["backendRefs"] = new JsonArray(Entry("shop-stable", stable), Entry("shop-canary", canary), Entry("other", 9)));

        Assert.Contains("which cannot be divided", (await rig.ApplyAsync(30)).Route.Problem, StringComparison.Ordinal);
        var aborted = await rig.ApplyAsync(0);

        Assert.Equal(entries, rig.Entries(RouteKinds.HttpRoute));
        Assert.Equal((CanaryWeight.Zero, true, null), (aborted.Route.Applied?.Weight, aborted.Route.Accepted, aborted.Route.Problem));
    }

    [Fact]
    public async Task A_rule_that_moved_is_given_back_as_one_that_we_divided()
    {
        var rig = await DividedAsync(20);
        Edit(rig, rules => rules.Insert(0, JsonNode.Parse("""{"matches": [{"path": {"type": "Exact", "value": "/new"}}], "backendRefs": [{"name": "other", "port": 80}]}""")));

        await rig.ApplyAsync(30);
        await rig.ApplyAsync(0);
        Assert.Null(await rig.LeaveAsync());

        Assert.Equal("""[{"name":"other","port":80}] [{"name":"shop","unknown":{"of":"shop"},"port":80}]""", Backends(rig));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task An_entry_whose_other_half_somebody_took_away_does_not_stay_behind(int taken)
    {
        var rig = await DividedAsync(20);
        Edit(rig, rules => rules[0]!["backendRefs"]!.AsArray().RemoveAt(taken));

        Assert.Null(await rig.LeaveAsync());

        Assert.StartsWith("shop ", rig.Entries(RouteKinds.HttpRoute), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pair_that_users_wrote_before_stays_theirs()
    {
        var rig = Rig([Entry("shop-stable", 90), Entry("shop-canary", 10)]);
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(20);
        await rig.ApplyAsync(0);
        Assert.Null(await rig.LeaveAsync());
        Assert.Equal("shop-stable 100, shop-canary 0", rig.Entries(RouteKinds.HttpRoute));
    }

    [Fact]
    public void A_route_that_lost_its_name_is_taken_back_all_the_same()
    {
        var pair = new BackendPair("shop", "shop", 80, "shop-stable", "shop-canary", IsExternal: false) { Only = ["checkout"] };
        var route = VirtualService("""[{"name": "checkout", "route": [{"destination": {"host": "shop"}}]}, {"name": "beta", "route": [{"destination": {"host": "shop-stable"}, "weight": 1}, {"destination": {"host": "shop-canary"}, "weight": 1}]}]""");
        route = PatchedJson.Apply(route, RoutePlan.Of(Project(route), pair, CanaryWeight.FromBasisPoints(2_000), true, "a-1").Patch!)!;
        route["spec"]!["http"]![0]!["name"] = "renamed";

        var aborted = PatchedJson.Apply(route, RoutePlan.Of(Project(route), pair, CanaryWeight.Zero, true, "a-1").Patch!)!;
        Assert.Equal(["shop-stable 100, shop-canary 0", "shop-stable 1, shop-canary 1"], Shown(aborted));
        Assert.Contains("no route named checkout", RoutePlan.Of(Project(route), pair, CanaryWeight.FromBasisPoints(3_000), true, "a-1").Problem, StringComparison.Ordinal);

        var restored = PatchedJson.Apply(route, RouteRestore.Of(Project(route), pair)!)!;
        Assert.Equal(["shop -", "shop-stable 1, shop-canary 1"], Shown(restored));
    }

    private static JsonObject VirtualService(string http) => KindRig.Body(
        $$$"""{"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "web", "namespace": "shop", "resourceVersion": "7"}, "spec": {"hosts": ["shop"], "http": {{{http}}}}}""");

    private static RouteObject Project(JsonObject body) => RouteKinds.VirtualService.Project(System.Text.Json.JsonSerializer.SerializeToElement<JsonNode>(body), RouteKinds.VirtualService.Versions[0]);

    private static IEnumerable<string> Shown(JsonObject body) => Project(body).Rules.Select(Shown);

    private static string Shown(RouteRule rule) => string.Join(", ", rule.Backends.Select(each => $"{each.Name} {each.Weight?.ToString() ?? "-"}"));

    private static async Task<KindRig> DividedAsync(decimal percent)
    {
        var rig = Rig([Entry("shop", null)]);
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(percent);
        return rig;
    }

    private static KindRig Rig(JsonArray entries)
    {
        var rig = new KindRig(RouterType.GatewayAPI, (RouteKinds.HttpRoute, "web"));
        var route = RouteSample.All.First(each => each.Kind == RouteKinds.HttpRoute).Write([[("shop", null)]]);
        route["spec"]!["rules"]![0]!["backendRefs"] = entries;
        route["status"] = JsonNode.Parse("""
            {"parents": [{"parentRef": {"group": "", "kind": "Service", "name": "shop", "port": 80}, "controllerName": "example.com/gateway", "conditions": [
              {"type": "Accepted", "status": "True", "reason": "Accepted", "message": ""}, {"type": "ResolvedRefs", "status": "True", "reason": "ResolvedRefs", "message": ""}]}]}
            """);
        rig.Put(RouteKinds.HttpRoute, route);
        return rig;
    }

    private static JsonObject Entry(string name, int? weight)
    {
        var entry = new JsonObject { ["name"] = name, ["unknown"] = new JsonObject { ["of"] = name }, ["port"] = 80 };
        if (weight is not null)
        {
            entry["weight"] = weight;
        }

        return entry;
    }

    private static void Edit(KindRig rig, Action<JsonArray> edit) => rig.Change(RouteKinds.HttpRoute, route => edit(route["spec"]!["rules"]!.AsArray()));

    private static string Backends(KindRig rig) => string.Join(' ', rig.Find(RouteKinds.HttpRoute)["spec"]!["rules"]!.AsArray().Select(rule => rule!["backendRefs"]!.ToJsonString()));
}
