using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Tests.Traffic.GatewayApi;

public sealed class GatewayApiRouterTests
{
    [Fact]
    public async Task A_split_is_one_patch_and_nothing_to_do_is_none()
    {
        var rig = Ready();
        Assert.Equal(TrafficSplit.AllTo("v1"), (await rig.ReadAsync()).Route.Applied);

        Assert.Equal(RouteRig.Split(0), (await rig.ApplyAsync(0)).Route.Applied);
        var applied = await rig.ApplyAsync(5);

        Assert.Equal((RouteRig.Split(5), true, null), (applied.Route.Applied, applied.Route.Accepted, applied.Route.Problem));
        Assert.Equal("shop-stable 95, shop-canary 5", rig.Backends());
        await rig.ApplyAsync(5);
        Assert.Equal((2, 1), (rig.Kube.Patches.Count, rig.Kube.Reads));
    }

    [Fact]
    public async Task A_route_is_not_divided_before_both_Services_are_there()
    {
        var rig = new RouteRig();
        rig.Add();
        rig.Service("shop-stable", "v1");
        var applied = await rig.ApplyAsync(0);
        Assert.Contains("Waits for Service shop/shop-canary", applied.Route.Problem, StringComparison.Ordinal);
        Assert.Equal("shop -", rig.Backends());
    }

    [Fact]
    public async Task A_write_by_somebody_else_since_the_decision_stops_ours()
    {
        foreach (var isSeen in (bool[])[true, false])
        {
            var rig = Ready();
            await rig.ApplyAsync(5);
            var basis = await rig.ReadAsync();
            rig.Kube.Change(ObjectKind.HttpRoute, "web", route => route["metadata"]!["labels"] = new JsonObject { ["x"] = "y" }, isSeen);

            var answered = await rig.ApplyAsync(50, basis);

            Assert.Equal("shop-stable 95, shop-canary 5", rig.Backends());
            Assert.Null(answered.Route.Problem);
            Assert.NotEqual(basis.Basis, answered.Basis);
            Assert.Equal(RouteRig.Split(50), (await rig.ApplyAsync(50)).Route.Applied);
        }
    }

    [Fact]
    public async Task A_new_leader_writes_its_fence_before_it_believes_a_route()
    {
        var rig = Ready();
        await rig.ApplyAsync(5);
        var stale = await rig.ReadAsync();
        rig.Kube.Token = "b-2";
        Assert.Null((await rig.ReadAsync()).Route.Applied);

        Assert.Equal(RouteRig.Split(5), (await rig.ApplyAsync(5)).Route.Applied);
        Assert.Equal("b-2", (string?)rig.Kube.Find(ObjectKind.HttpRoute, "web")["metadata"]!["annotations"]!["canarycontroller.io/fence"]);

        rig.Kube.Token = "a-1";
        await rig.ApplyAsync(50, stale);
        Assert.Equal("shop-stable 95, shop-canary 5", rig.Backends());
    }

    [Fact]
    public async Task After_a_promotion_the_canary_is_named_only_once_its_entry_has_nothing()
    {
        var rig = Ready();
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(100);
        rig.Pair(stable: "v2", canary: "v2");
        Assert.Equal(TrafficSplit.AllTo("v2"), (await rig.ReadAsync("v2", "v2")).Route.Applied);

        var next = await rig.ReadAsync("v2", "v3");
        Assert.Equal(TrafficSplit.AllTo("v2"), next.Route.Applied);

        Assert.Equal(RouteRig.Split(0, "v2", "v3"), (await rig.ApplyAsync(0, "v2", "v3")).Route.Applied);
        Assert.Equal("shop-stable 100, shop-canary 0", rig.Backends());
    }

    [Fact]
    public async Task External_versions_change_roles_and_keep_their_names()
    {
        var rig = new RouteRig(WorkloadType.External);
        rig.Add(rules: """[{"backendRefs": [{"name": "v1", "port": 80, "weight": 3}]}]""");
        foreach (var version in (string[])["v1", "v2", "v3"])
        {
            rig.Service(version);
        }

        await rig.ApplyAsync(0);
        await rig.ApplyAsync(100);
        Assert.Equal("v1 0, v2 100", rig.Backends());
        Assert.Equal(TrafficSplit.AllTo("v2"), (await rig.ReadAsync("v2", "v2")).Route.Applied);
        var patches = rig.Kube.Patches.Count;

        await rig.ApplyAsync(0, "v2", "v3");
        await rig.ApplyAsync(20, "v2", "v3");
        Assert.Equal("v3 20, v2 80", rig.Backends());
        Assert.Equal(patches + 2, rig.Kube.Patches.Count);

        await rig.ApplyAsync(0, "v2", "v3");
        Assert.Null(await rig.Router.RestoreAsync(rig.Target, "v2", CancellationToken.None));
        Assert.Equal("v2 3", rig.Backends());
    }

    [Fact]
    public async Task Lowering_goes_on_at_the_next_route_and_raising_does_not()
    {
        var rig = new RouteRig(WorkloadType.Deployment, "a", "b");
        rig.Add("a");
        rig.Add("b");
        rig.Pair();
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(5);
        rig.Kube.Refuse = name => name.Name == "a" ? new(KubeOutcome.Unavailable, null, "The server does not answer.") : null;

        await rig.ApplyAsync(50);
        Assert.Equal("shop-stable 95, shop-canary 5", rig.Backends("b"));
        var lowered = await rig.ApplyAsync(0);

        Assert.Equal("shop-stable 100, shop-canary 0", rig.Backends("b"));
        Assert.Equal((null, "The server does not answer."), (lowered.Route.Applied, lowered.Route.Problem));
        rig.Kube.Refuse = _ => null;
        Assert.Equal(RouteRig.Split(0), (await rig.ApplyAsync(0)).Route.Applied);
    }

    [Fact]
    public async Task Who_reverts_again_and_again_is_named_and_not_followed_blindly()
    {
        var rig = Ready();
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(5);
        for (var second = 0; second < 120; second++)
        {
            rig.Kube.Change(ObjectKind.HttpRoute, "web", GitOps);
            await rig.ApplyAsync(5);
            rig.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(rig.Kube.Patches.Count, 5, 15);
        var contended = Assert.Single((await rig.ReadAsync()).Conditions);
        Assert.Equal(RouteObjectRouter.ContendedCondition, contended.Type);
        Assert.Contains("argocd", contended.Message, StringComparison.Ordinal);

        rig.Time.Advance(TimeSpan.FromMinutes(2));
        await rig.ApplyAsync(5);
        rig.Kube.Change(ObjectKind.HttpRoute, "web", route => route["spec"]!["rules"]![0]!["backendRefs"]![1]!["weight"] = 50);
        await rig.ApplyAsync(0);
        Assert.Equal("shop-stable 100, shop-canary 0", rig.Backends());

        rig.Time.Advance(RouteContention.Window);
        Assert.Empty((await rig.ReadAsync()).Conditions);
    }

    [Fact]
    public async Task Leaving_gives_entries_weights_and_owners_back()
    {
        var rig = Ready();
        var before = rig.Kube.Find(ObjectKind.HttpRoute, "web").DeepClone();
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(5);
        await rig.ApplyAsync(0);
        rig.Kube.Change(ObjectKind.HttpRoute, "web", TakenOver);

        Assert.Null(await rig.Router.RestoreAsync(rig.Target, "v1", CancellationToken.None));

        var after = rig.Kube.Find(ObjectKind.HttpRoute, "web");
        Assert.True(JsonNode.DeepEquals(before["spec"], after["spec"]));
        Assert.True(JsonNode.DeepEquals(before["metadata"]!["annotations"], after["metadata"]!["annotations"]));
        Assert.True(JsonNode.DeepEquals(before["metadata"]!["managedFields"], after["metadata"]!["managedFields"]));
        var patches = rig.Kube.Patches.Count;
        Assert.Null(await rig.Router.RestoreAsync(rig.Target, "v1", CancellationToken.None));
        Assert.Equal(patches, rig.Kube.Patches.Count);
    }

    [Fact]
    public async Task A_route_that_is_gone_needs_no_giving_back()
    {
        var rig = new RouteRig();
        Assert.Null(await rig.Router.RestoreAsync(rig.Target, "v1", CancellationToken.None));
        Assert.Contains("does not exist", (await rig.ReadAsync()).Route.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "True", 2, true, null)]
    [InlineData(2L, "True", 2, true, null)]
    [InlineData(1L, "True", 2, false, null)]
    [InlineData(1L, "False", 2, false, null)]
    [InlineData(2L, "False", 2, false, "HTTPRoute shop/web is not ResolvedRefs at Gateway shop/edge by example.com/gateway: no such port.")]
    public async Task A_route_is_taken_up_when_each_parent_that_answered_says_so_of_this_generation(long? observed, string status, int generation, bool accepted, string? problem)
    {
        var rig = Ready();
        rig.Kube.Change(ObjectKind.HttpRoute, "web", route =>
        {
            route["metadata"]!["generation"] = generation;
            var condition = route["status"]!["parents"]![0]!["conditions"]![1]!;
            condition["status"] = status;
            condition["message"] = "no such port";
            condition["observedGeneration"] = observed;
        });
        var route = (await rig.ReadAsync()).Route;
        Assert.Equal((accepted, problem), (route.Accepted, route.Problem));
    }

    [Fact]
    public async Task A_parent_that_the_route_no_longer_names_does_not_count()
    {
        var rig = Ready();
        rig.Kube.Change(ObjectKind.HttpRoute, "web", route => route["spec"]!["parentRefs"]![0]!["name"] = "other");
        Assert.False((await rig.ReadAsync()).Route.Accepted);
    }

    [Theory]
    [InlineData("istio.io/gateway-controller", true)]
    [InlineData("linkerd.io/policy-controller", false)]
    public async Task A_route_of_a_Service_that_Istio_does_not_respect_gets_no_canary_and_is_left_at_once(string controller, bool isHeld)
    {
        var rig = Ready();
        rig.Kube.Change(ObjectKind.HttpRoute, "web", Waypoint);
        await rig.ApplyAsync(0);
        if (isHeld)
        {
            var refused = await rig.ApplyAsync(5);
            Assert.Contains("label Service shop/shop with istio.io/use-waypoint", refused.Route.Problem, StringComparison.Ordinal);
            Assert.Equal((TrafficSplit.AllTo("v1"), true), ((await rig.ReadAsync()).Route.Applied, (await rig.ReadAsync()).Route.Accepted));
            return;
        }

        Assert.Equal((RouteRig.Split(5), true), ((await rig.ApplyAsync(5)).Route.Applied, (await rig.ReadAsync()).Route.Accepted));

        void Waypoint(JsonObject route)
        {
            route["spec"]!["parentRefs"] = JsonNode.Parse("""[{"group": "", "kind": "Service", "name": "shop", "port": 80}]""");
            var answer = route["status"]!["parents"]![0]!;
            answer["parentRef"] = route["spec"]!["parentRefs"]![0]!.DeepClone();
            answer["controllerName"] = controller;
            answer["conditions"]!.AsArray().Add(JsonNode.Parse("""
                {"type": "ResolvedWaypoints", "status": "True", "reason": "ResolvedWaypoints", "message": "No waypoint: the route is not respected."}
                """));
        }
    }

    private static RouteRig Ready()
    {
        var rig = new RouteRig();
        rig.Add();
        rig.Pair();
        return rig;
    }

    private static void GitOps(JsonObject route)
    {
        route["spec"]!["rules"]![0]!["backendRefs"] = JsonNode.Parse("""[{"name": "shop", "port": 80}]""");
        route["metadata"]!["managedFields"]!.AsArray().Add(JsonNode.Parse("""
            {"manager": "argocd", "operation": "Apply", "time": "2026-02-01T00:00:00Z", "fieldsV1": {"f:spec": {"f:rules": {}}}}
            """));
    }

    /// <summary>What an API server makes of our writes.</summary>
    private static void TakenOver(JsonObject route)
    {
        var managed = route["metadata"]!["managedFields"]!.AsArray();
        managed[0]!["fieldsV1"]!["f:spec"]!.AsObject().Remove("f:rules");
        managed.Add(JsonNode.Parse("""
            {"manager": "canary-controller", "operation": "Update", "time": "2026-02-01T00:00:00Z", "fieldsV1": {"f:spec": {"f:rules": {}}}}
            """));
    }
}
