using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Tests.Traffic.Routes;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Tests.Traffic.Linkerd;

/// <summary>The router on routes as Linkerd reads them, and writes their status.</summary>
public sealed class LinkerdTests
{
    private const string Controller = "linkerd.io/policy-controller";

    [Fact]
    public async Task A_status_without_generation_and_with_the_group_core_counts()
    {
        var rig = Ready();
        await rig.ApplyAsync(0);
        var applied = await rig.ApplyAsync(5);
        Assert.Equal((5m, true, null), (applied.Route.Applied?.Weight.Percent, applied.Route.Accepted, applied.Route.Problem));
        Assert.Equal("shop-stable 95, shop-canary 5", rig.Entries(RouteKinds.HttpRoute));
    }

    [Fact]
    public async Task Only_Linkerds_own_word_counts()
    {
        var rig = Ready();
        rig.Change(RouteKinds.HttpRoute, route =>
        {
            route["spec"]!["parentRefs"]!.AsArray().Add(JsonNode.Parse("""{"name": "edge"}"""));
            route["status"]!["parents"]!.AsArray().Add(JsonNode.Parse("""
                {"parentRef": {"name": "edge"}, "controllerName": "example.com/gateway", "conditions": [{"type": "Accepted", "status": "False", "message": "no such listener"}]}
                """));
        });
        Assert.True((await rig.ReadAsync()).Route.Accepted);

        rig.Change(RouteKinds.HttpRoute, route => route["status"]!["parents"]![0]!["controllerName"] = "istio.io/gateway-controller");
        Assert.Equal((false, null), ((await rig.ReadAsync()).Route.Accepted, (await rig.ReadAsync()).Route.Problem));

        rig.Change(RouteKinds.HttpRoute, route =>
        {
            route["status"]!["parents"]![0]!["controllerName"] = Controller;
            route["status"]!["parents"]![0]!["conditions"]![1]!["status"] = "False";
            route["status"]!["parents"]![0]!["conditions"]![1]!["reason"] = "BackendNotFound";
        });
        Assert.Equal($"HTTPRoute shop/web is not ResolvedRefs at Service shop/shop port 80 by {Controller}: BackendNotFound.", (await rig.ReadAsync()).Route.Problem);
    }

    [Theory]
    [InlineData("shop.shop.svc.cluster.local", "shop", true)]
    [InlineData("shop.shop.svc.example.internal", "clients", true)]
    [InlineData("shop-canary.shop.svc.cluster.local", "shop", false)]
    [InlineData("shop.blog.svc.cluster.local", "blog", false)]
    public async Task A_ServiceProfile_of_the_apex_is_refused_as_long_as_it_is_there(string name, string ns, bool isRefused)
    {
        var rig = Ready();
        rig.Profile(name, ns);
        var refused = await rig.ApplyAsync(0);
        Assert.Equal(isRefused ? 0 : 1, rig.Kube.Patches.Count);
        if (isRefused)
        {
            Assert.Contains($"ServiceProfile {ns}/{name} takes the place of every route of Service shop: delete it", refused.Route.Problem, StringComparison.Ordinal);
            rig.RemoveProfile(name, ns);
            Assert.Null((await rig.ApplyAsync(0)).Route.Problem);
        }
    }

    [Fact]
    public async Task A_ServiceProfile_that_comes_under_way_stops_no_abort()
    {
        var rig = Ready();
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(20);
        rig.Profile("shop.shop.svc.cluster.local");
        Assert.False((await rig.ReadAsync()).Route.Accepted);
        await rig.ApplyAsync(40);
        Assert.Equal("shop-stable 80, shop-canary 20", rig.Entries(RouteKinds.HttpRoute));

        Assert.Equal(CanaryWeight.Zero, (await rig.ApplyAsync(0)).Route.Applied?.Weight);
        Assert.Equal("shop-stable 100, shop-canary 0", rig.Entries(RouteKinds.HttpRoute));
    }

    [Theory]
    [InlineData("RequestMirror")]
    [InlineData("URLRewrite")]
    [InlineData("ExtensionRef")]
    public async Task A_filter_for_which_Linkerd_gives_the_route_up_is_named(string filter)
    {
        var rig = Ready();
        rig.Change(RouteKinds.HttpRoute, route => route["spec"]!["rules"]![0]!["filters"] = new JsonArray(new JsonObject { ["type"] = filter }));
        Assert.Equal($"Rule 1 of HTTPRoute shop/web has the filter {filter}, for which Linkerd gives up the whole route: remove the filter.", (await rig.ApplyAsync(0)).Route.Problem);

        rig.Change(RouteKinds.HttpRoute, route =>
        {
            route["spec"]!["rules"]![0]!.AsObject().Remove("filters");
            route["spec"]!["rules"]![0]!["backendRefs"]![0]!["filters"] = new JsonArray(new JsonObject { ["type"] = filter });
        });
        Assert.Contains($"A backendRef in rule 1 of HTTPRoute shop/web has the filter {filter}", (await rig.ApplyAsync(0)).Route.Problem, StringComparison.Ordinal);
        Assert.Empty(rig.Kube.Patches);
    }

    [Fact]
    public async Task Filters_that_Linkerd_knows_are_no_obstacle()
    {
        var rig = Ready();
        rig.Change(RouteKinds.HttpRoute, route => route["spec"]!["rules"]![0]!["filters"] = new JsonArray(new JsonObject { ["type"] = "RequestHeaderModifier" }));
        Assert.Null((await rig.ApplyAsync(0)).Route.Problem);
    }

    [Theory]
    [InlineData("""[{"name": "edge"}]""", false)]
    [InlineData("""[{"group": "", "kind": "Service", "name": "other", "port": 80}]""", false)]
    [InlineData("""[{"group": "", "kind": "Service", "name": "shop", "port": 8080}]""", false)]
    [InlineData("""[{"group": "", "kind": "Service", "name": "shop", "namespace": "blog", "port": 80}]""", false)]
    [InlineData("""[{"group": "core", "kind": "Service", "name": "shop", "port": 80}]""", true)]
    [InlineData("""[{"group": "", "kind": "Service", "name": "shop"}]""", true)]
    public async Task A_route_has_to_be_one_of_the_apex_Service(string parents, bool isOne)
    {
        var rig = Ready();
        rig.Change(RouteKinds.HttpRoute, route => route["spec"]!["parentRefs"] = JsonNode.Parse(parents));
        var applied = await rig.ApplyAsync(0);
        Assert.Equal(isOne, rig.Kube.Patches.Count == 1);
        if (!isOne)
        {
            Assert.Contains("Write the parentRef {group: core, kind: Service, name: shop, port: 80}.", applied.Route.Problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_backendRef_without_a_port_is_named_before_its_requests_fail()
    {
        var rig = Ready();
        rig.Change(RouteKinds.HttpRoute, route => route["spec"]!["rules"]![0]!["backendRefs"]![0]!.AsObject().Remove("port"));
        Assert.Contains("The backendRef of Service shop in rule 1 of HTTPRoute shop/web has no port", (await rig.ApplyAsync(0)).Route.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retries_and_timeouts_of_a_route_stay_and_both_groups_are_divided_at_once()
    {
        var rig = Ready((RouteKinds.PolicyHttpRoute, "web"), (RouteKinds.GrpcRoute, "web"));
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(50);
        foreach (var kind in (RouteKind[])[RouteKinds.HttpRoute, RouteKinds.PolicyHttpRoute, RouteKinds.GrpcRoute])
        {
            Assert.Equal("shop-stable 50, shop-canary 50", rig.Entries(kind));
            var annotations = rig.Find(kind)["metadata"]!["annotations"]!;
            Assert.Equal(("5xx", "2s"), ((string?)annotations["retry.linkerd.io/http"], (string?)annotations["timeout.linkerd.io/request"]));
        }
    }

    private static KindRig Ready(params (RouteKind Kind, string Name)[] more)
    {
        (RouteKind Kind, string Name)[] all = [(RouteKinds.HttpRoute, "web"), .. more];
        var rig = new KindRig(RouterType.Linkerd, all);
        foreach (var (kind, _) in all)
        {
            var route = RouteSample.All.First(each => each.Kind == kind).Write([[("shop", null)]]);
            route["status"] = JsonNode.Parse($$"""
                {"parents": [{"parentRef": {"group": "core", "kind": "Service", "namespace": "shop", "name": "shop", "port": 80}, "controllerName": "{{Controller}}", "conditions": [
                  {"type": "Accepted", "status": "True", "reason": "Accepted", "message": ""}, {"type": "ResolvedRefs", "status": "True", "reason": "ResolvedRefs", "message": ""}]}]}
                """);
            rig.Put(kind, route);
        }

        return rig;
    }
}
