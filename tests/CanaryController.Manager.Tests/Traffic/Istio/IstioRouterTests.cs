using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Tests.Traffic.GatewayApi;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Tests.Traffic.Istio;

/// <summary>Splits by VirtualServices, versions as hosts or as subsets.</summary>
public sealed class IstioRouterTests
{
    [Fact]
    public async Task Versions_with_hosts_of_their_own_need_nothing_but_the_VirtualService()
    {
        var rig = IstioRig.Ready();
        Assert.Equal(TrafficSplit.AllTo("v1"), (await rig.ReadAsync()).Route.Applied);
        Assert.Equal(RouteRig.Split(0), (await rig.ApplyAsync(0)).Route.Applied);
        rig.Pins("v1", "v2");
        var applied = await rig.ApplyAsync(5);
        Assert.Equal((RouteRig.Split(5), true, null), (applied.Route.Applied, applied.Route.Accepted, applied.Route.Problem));
        Assert.Equal("shop-stable 95, shop-canary 5", rig.Destinations());
        Assert.Equal(2, rig.Kube.Patches.Count);
    }

    [Fact]
    public async Task The_subsets_are_there_before_the_VirtualService_names_them()
    {
        var rig = IstioRig.Ready(bySubset: true);
        await rig.ApplyAsync(0);
        Assert.Equal(["shop", "web"], rig.Kube.Patches.Select(each => each.Name.Name));
        Assert.Equal("stable=v1, canary=v1", rig.Subsets());
        Assert.Equal("shop/stable 100, shop/canary 0", rig.Destinations());
        Assert.Equal(RouteRig.Split(0), (await rig.ReadAsync()).Route.Applied);
    }

    [Fact]
    public async Task Without_its_subsets_a_VirtualService_is_not_divided()
    {
        var rig = IstioRig.Ready(bySubset: true);
        rig.Kube.Refuse = name => name.Name == "shop" ? new(KubeOutcome.Forbidden, null, "Not allowed.") : null;
        var refused = await rig.ApplyAsync(0);
        Assert.Equal(("shop -", "Not allowed."), (rig.Destinations(), refused.Route.Problem));

        // An abort has nothing to take back, and does not wait for it.
        var reading = await rig.ReadAsync();
        Assert.Equal((TrafficSplit.AllTo("v1"), true), (reading.Route.Applied, reading.Route.Accepted));
    }

    [Fact]
    public async Task The_canarys_subset_leads_to_its_pods_once_one_is_ready_and_gets_nothing_before()
    {
        var rig = IstioRig.Ready(bySubset: true);
        await rig.ApplyAsync(0);
        rig.Pins("v1", "v2");

        // Its Service already leads to the canary; the pods of stable still stand in the slice.
        rig.Endpoints("shop-canary", "v1", ready: 2);
        var waiting = await rig.ApplyAsync(5);
        Assert.Contains("Waits for a ready pod of v2", waiting.Route.Problem, StringComparison.Ordinal);
        Assert.Equal(("stable=v1, canary=v1", "shop/stable 100, shop/canary 0"), (rig.Subsets(), rig.Destinations()));
        Assert.True((await rig.ReadAsync()).Route.Accepted);

        rig.Endpoints("shop-canary", "v2", ready: 1);
        Assert.Null((await rig.ReadAsync()).Route.Applied);
        await rig.ApplyAsync(0);
        Assert.Equal("stable=v1, canary=v2", rig.Subsets());
        await rig.ApplyAsync(5);
        Assert.Equal("shop/stable 95, shop/canary 5", rig.Destinations());

        // One that has requests keeps its pods, however they are.
        rig.Endpoints("shop-canary", "v2", ready: 0);
        Assert.Equal(RouteRig.Split(5), (await rig.ReadAsync()).Route.Applied);
    }

    [Fact]
    public async Task A_rollout_goes_on_to_the_next_one_by_the_labels_of_the_subsets()
    {
        var rig = await UnderWayAsync();
        await rig.ApplyAsync(100);
        Assert.Equal(RouteRig.Split(100), (await rig.ReadAsync()).Route.Applied);

        // The hand over: stable's Service leads to the canary's pods, the subset follows.
        rig.Service("shop-stable", "v2");
        Assert.Null((await rig.ReadAsync()).Route.Applied);
        Assert.Equal(RouteRig.Split(100), (await rig.ApplyAsync(100)).Route.Applied);
        Assert.Equal("stable=v2, canary=v2", rig.Subsets());
        Assert.Equal(TrafficSplit.AllTo("v2"), (await rig.ReadAsync("v2", "v2")).Route.Applied);

        rig.Set("v3", ready: 0);
        Assert.Equal(TrafficSplit.AllTo("v2"), (await rig.ReadAsync("v2", "v3")).Route.Applied);
        Assert.Equal(RouteRig.Split(0, "v2", "v3"), (await rig.ApplyAsync(0, "v2", "v3")).Route.Applied);
        Assert.Equal(("stable=v2, canary=v2", "shop/stable 100, shop/canary 0"), (rig.Subsets(), rig.Destinations()));
    }

    [Fact]
    public async Task After_an_abort_the_canarys_subset_leads_back_to_stable_once_its_weight_is_0()
    {
        var rig = await UnderWayAsync();
        await rig.ApplyAsync(0);
        Assert.Equal("stable=v1, canary=v2", rig.Subsets());
        rig.Pins("v1", "v1");
        Assert.Null((await rig.ReadAsync()).Route.Applied);
        Assert.Equal(RouteRig.Split(0), (await rig.ApplyAsync(0)).Route.Applied);
        Assert.Equal(("stable=v1, canary=v1", "shop/stable 100, shop/canary 0"), (rig.Subsets(), rig.Destinations()));
    }

    [Fact]
    public async Task A_new_leader_writes_its_fence_into_the_DestinationRule_too()
    {
        var rig = await UnderWayAsync();
        var stale = await rig.ReadAsync();
        rig.Kube.Token = "b-2";
        Assert.Null((await rig.ReadAsync()).Route.Applied);
        Assert.Equal(RouteRig.Split(5), (await rig.ApplyAsync(5)).Route.Applied);
        Assert.Equal("b-2", (string?)rig.Kube.Find(IstioRig.DestinationRule, "shop")["metadata"]!["annotations"]!["canarycontroller.io/fence"]);

        rig.Kube.Token = "a-1";
        rig.Service("shop-canary", "v1");
        var answered = await rig.Router.ApplyAsync(rig.Target, RouteRig.Split(50), stale, CancellationToken.None);
        Assert.Equal(("stable=v1, canary=v2", "shop/stable 95, shop/canary 5"), (rig.Subsets(), rig.Destinations()));
        Assert.NotEqual(stale.Basis, answered.Basis);
    }

    [Fact]
    public async Task Subsets_that_somebody_undoes_are_written_again_and_whoever_does_it_is_named()
    {
        var rig = await UnderWayAsync();
        for (var second = 0; second < 60; second++)
        {
            rig.Kube.Change(IstioRig.DestinationRule, "shop", GitOps);
            await rig.ApplyAsync(5);
            rig.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(rig.Kube.Patches.Count(each => each.Name.Name == "shop"), 10, 25);
        var contended = Assert.Single((await rig.ReadAsync()).Conditions);
        Assert.Equal(RouteObjectRouter.ContendedCondition, contended.Type);
        Assert.Contains("argocd changed the subsets of DestinationRule shop/shop", contended.Message, StringComparison.Ordinal);

        // However it is, traffic goes back at once.
        rig.Kube.Change(IstioRig.DestinationRule, "shop", GitOps);
        await rig.ApplyAsync(0);
        Assert.Equal("shop/stable 100, shop/canary 0", rig.Destinations());
    }

    [Fact]
    public async Task Leaving_gives_the_VirtualService_back_first_and_then_the_subsets_and_their_owners()
    {
        var rig = IstioRig.Ready(bySubset: true);
        rig.Rule("shop", "shop", """[{"name": "stable", "labels": {"version": "1"}, "trafficPolicy": {"connectionPool": {"tcp": {"maxConnections": 7}}}}]""");
        rig.Set("v1", ready: 2, labels: """{"version": "1", "app": "shop"}""");
        var (route, rule) = (rig.Kube.Find(IstioRig.VirtualService, "web").DeepClone(), rig.Kube.Find(IstioRig.DestinationRule, "shop").DeepClone());
        await rig.ApplyAsync(0);
        Assert.Equal(7, (int)rig.Kube.Find(IstioRig.DestinationRule, "shop")["spec"]!["subsets"]![1]!["trafficPolicy"]!["connectionPool"]!["tcp"]!["maxConnections"]!);
        rig.Kube.Change(IstioRig.DestinationRule, "shop", TakenOver);
        var before = rig.Kube.Patches.Count;

        Assert.Null(await rig.Router.RestoreAsync(rig.Target, "v1", CancellationToken.None));

        Assert.True(rig.Kube.Patches.FindLastIndex(each => each.Name.Name == "web") < rig.Kube.Patches.FindIndex(before, each => each.Name.Name == "shop"));
        Same(route, rig.Kube.Find(IstioRig.VirtualService, "web"));
        Same(rule, rig.Kube.Find(IstioRig.DestinationRule, "shop"));
        var patches = rig.Kube.Patches.Count;
        Assert.Null(await rig.Router.RestoreAsync(rig.Target, "v1", CancellationToken.None));
        Assert.Equal(patches, rig.Kube.Patches.Count);
    }

    [Fact]
    public async Task Labels_that_would_choose_no_pod_of_stable_any_more_are_not_given_back()
    {
        var rig = IstioRig.Ready(bySubset: true);
        rig.Rule("shop", "shop", """[{"name": "stable", "labels": {"version": "1"}}]""");
        rig.Set("v1", ready: 2, labels: """{"version": "2"}""");
        await rig.ApplyAsync(0);
        Assert.Null(await rig.Router.RestoreAsync(rig.Target, "v1", CancellationToken.None));
        Assert.Equal("stable=-", rig.Subsets());
    }

    [Fact]
    public async Task A_DestinationRule_that_is_gone_keeps_nobody_from_leaving()
    {
        var rig = await UnderWayAsync();
        rig.Rules.Remove(new("shop", "shop"), "");
        Assert.Contains("DestinationRule shop/shop does not exist", (await rig.ReadAsync()).Route.Problem, StringComparison.Ordinal);
        await rig.ApplyAsync(0);
        Assert.Equal("shop/stable 100, shop/canary 0", rig.Destinations());
        Assert.Equal(0m, (await rig.ReadAsync()).WithoutMissing?.Applied?.Weight.Percent);
        Assert.Null(await rig.Router.RestoreAsync(rig.Target, "v1", CancellationToken.None));
        Assert.Equal("shop -", rig.Destinations());
    }

    [Fact]
    public async Task Before_the_first_canary_no_subset_is_written()
    {
        var rig = IstioRig.Ready(bySubset: true);
        Assert.Equal((TrafficSplit.AllTo("v1"), true), ((await rig.ApplyAsync(0, canary: null)).Route.Applied, (await rig.ReadAsync(canary: null)).Route.Accepted));
        Assert.DoesNotContain(rig.Kube.Patches, each => each.Name.Name == "shop");
        Assert.Equal("shop -", rig.Destinations());
    }

    private static async Task<IstioRig> UnderWayAsync()
    {
        var rig = IstioRig.Ready(bySubset: true);
        await rig.ApplyAsync(0);
        rig.Pins("v1", "v2");
        rig.Set("v2", ready: 2);
        rig.Endpoints("shop-canary", "v2", ready: 2);
        await rig.ApplyAsync(0);
        Assert.Equal(RouteRig.Split(5), (await rig.ApplyAsync(5)).Route.Applied);
        return rig;
    }

    private static void Same(JsonNode before, JsonNode after)
    {
        Assert.True(JsonNode.DeepEquals(before["spec"], after["spec"]), after["spec"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(before["metadata"]!["annotations"], after["metadata"]!["annotations"]), after["metadata"]!["annotations"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(before["metadata"]!["managedFields"], after["metadata"]!["managedFields"]), after["metadata"]!["managedFields"]!.ToJsonString());
    }

    private static void GitOps(JsonObject rule)
    {
        rule["spec"]!["subsets"] = new JsonArray();
        rule["metadata"]!["managedFields"]!.AsArray().Add(JsonNode.Parse("""
            {"manager": "argocd", "operation": "Apply", "time": "2026-02-01T00:00:00Z", "fieldsV1": {"f:spec": {"f:subsets": {}}}}
            """));
    }

    /// <summary>What an API server makes of our writes.</summary>
    private static void TakenOver(JsonObject rule)
    {
        var managed = rule["metadata"]!["managedFields"]!.AsArray();
        managed[0]!["fieldsV1"]!["f:spec"]!.AsObject().Remove("f:subsets");
        managed.Add(JsonNode.Parse("""
            {"manager": "canary-controller", "operation": "Update", "time": "2026-02-01T00:00:00Z", "fieldsV1": {"f:spec": {"f:subsets": {}}}}
            """));
    }
}
