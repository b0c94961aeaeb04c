using CanaryController.Core.Traffic;
using CanaryController.Manager.Tests.Traffic.GatewayApi;

namespace CanaryController.Manager.Tests.Traffic.Istio;

/// <summary>What is looked at before the first request goes to a canary. It says what to do, holds the weight at 0, and never holds traffic back from stable.</summary>
public sealed class IstioObstacleTests
{
    private const string Policy = """{"outlierDetection": {"consecutive5xxErrors": 5}}""";

    [Fact]
    public async Task A_policy_of_the_Service_has_to_be_one_of_both_versions_hosts()
    {
        var rig = IstioRig.Ready();
        rig.Rule("web", "shop.shop.svc.cluster.local", "[]", Policy);
        await HeldAsync(rig, "DestinationRule shop/web has a trafficPolicy for shop, which Istio does not apply to shop-stable");

        rig.Rule("web-stable", "shop-stable", "[]", Policy);
        await HeldAsync(rig, "which Istio does not apply to shop-canary");
        rig.Rule("web-canary", "shop-canary.shop", "[]", """{"outlierDetection": {"consecutive5xxErrors": 7}}""");
        await HeldAsync(rig, "which Istio does not apply to shop-canary");
        rig.Rule("web-canary", "shop-canary.shop", "[]", Policy);
        await FreeAsync(rig);
    }

    [Fact]
    public async Task A_rule_about_the_Service_without_a_policy_is_no_obstacle()
    {
        var rig = IstioRig.Ready();
        rig.Rule("web", "shop", """[{"name": "old"}]""");
        await FreeAsync(rig);
    }

    [Fact]
    public async Task Both_versions_are_called_in_the_same_way()
    {
        var rig = IstioRig.Ready();
        rig.Rule("web-canary", "shop-canary", "[]", Policy);
        await HeldAsync(rig, "shop-stable (without a DestinationRule) and shop-canary (DestinationRule shop/web-canary) have different trafficPolicies");
    }

    [Theory]
    [InlineData("shop", "STRICT", "DISABLE", true)]
    [InlineData("istio-system", "STRICT", "SIMPLE", true)]
    [InlineData("shop", "STRICT", "ISTIO_MUTUAL", false)]
    [InlineData("shop", "PERMISSIVE", "DISABLE", false)]
    [InlineData("other", "STRICT", "DISABLE", false)]
    public async Task Where_mTLS_is_asked_for_the_canary_is_not_called_without_it(string ns, string strict, string tls, bool isHeld)
    {
        foreach (var bySubset in (bool[])[false, true])
        {
            var rig = IstioRig.Ready(bySubset);
            rig.Authentication(ns, strict);
            var policy = $$"""{"tls": {"mode": "{{tls}}"} }""";
            foreach (var host in bySubset ? (string[])["shop"] : ["shop-stable", "shop-canary"])
            {
                rig.Rule(host, host, "[]", policy);
            }

            await (isHeld ? HeldAsync(rig, $"PeerAuthentication {ns}/default asks for mTLS (STRICT)") : FreeAsync(rig, bySubset));
        }
    }

    [Theory]
    [InlineData("\"app\": \"shop\"", "STRICT", "PERMISSIVE", true)]
    [InlineData("\"app\": \"shop\"", "PERMISSIVE", "STRICT", false)]
    [InlineData("\"app\": \"shop\"", "UNSET", "STRICT", true)]
    [InlineData("\"app\": \"other\"", "STRICT", "PERMISSIVE", false)]
    [InlineData("\"app\": \"shop\", \"tier\": \"web\"", "STRICT", "PERMISSIVE", false)]
    public async Task One_that_selects_the_canarys_pods_comes_before_the_namespaces(string labels, string own, string whole, bool isHeld)
    {
        foreach (var bySubset in (bool[])[false, true])
        {
            var rig = IstioRig.Ready(bySubset);
            rig.Authentication("shop", whole);
            rig.Authentication("shop", own, labels, "own");
            foreach (var host in bySubset ? (string[])["shop"] : ["shop-stable", "shop-canary"])
            {
                rig.Rule(host, host, "[]", """{"tls": {"mode": "DISABLE"} }""");
            }

            await (isHeld ? HeldAsync(rig, $"PeerAuthentication shop/{(own is "UNSET" ? "default" : "own")} asks for mTLS (STRICT)") : FreeAsync(rig, bySubset));
        }
    }

    [Fact]
    public async Task A_namespaces_own_authentication_comes_before_the_meshs()
    {
        var rig = IstioRig.Ready();
        rig.Authentication("istio-system", "STRICT");
        rig.Authentication("shop", "PERMISSIVE");
        rig.Rule("a", "shop-stable", "[]", """{"tls": {"mode": "DISABLE"}}""");
        rig.Rule("b", "shop-canary", "[]", """{"tls": {"mode": "DISABLE"}}""");
        await FreeAsync(rig);
    }

    [Fact]
    public async Task Subsets_of_the_two_versions_have_one_policy()
    {
        var rig = IstioRig.Ready(bySubset: true);
        rig.Rule("shop", "shop", $$"""[{"name": "stable", "trafficPolicy": {{Policy}} }, {"name": "canary"}]""");
        await HeldAsync(rig, "The subsets stable and canary of DestinationRule shop/shop have different trafficPolicies");
    }

    [Fact]
    public async Task A_DestinationRule_has_to_be_there_and_about_the_Service()
    {
        var rig = new IstioRig(bySubset: true);
        rig.Add();
        rig.Pins("v1", "v1");
        await HeldAsync(rig, "DestinationRule shop/shop does not exist: create it, with host: shop.");
        rig.Rule("shop", "other", "[]");
        await HeldAsync(rig, "DestinationRule shop/shop is about host other, not about Service shop");
    }

    [Fact]
    public async Task An_entry_of_a_subset_is_not_led_to_hosts_that_have_none()
    {
        var rig = IstioRig.Ready();
        rig.Add("""{"http": [{"route": [{"destination": {"host": "shop", "subset": "v1"}}]}]}""");
        await HeldAsync(rig, "Http route 1 of VirtualService shop/web sends to subset v1, which shop-stable and shop-canary do not have");
    }

    [Fact]
    public async Task What_comes_up_in_the_middle_stops_nothing()
    {
        var rig = IstioRig.Ready();
        await rig.ApplyAsync(0);
        rig.Pins("v1", "v2");
        await rig.ApplyAsync(5);
        rig.Rule("web", "shop", "[]", Policy);
        Assert.Equal(RouteRig.Split(50), (await rig.ApplyAsync(50)).Route.Applied);
        Assert.Equal(RouteRig.Split(0), (await rig.ApplyAsync(0)).Route.Applied);
    }

    private static async Task HeldAsync(IstioRig rig, string problem)
    {
        foreach (var percent in (int[])[5, 0])
        {
            var refused = await rig.ApplyAsync(percent);
            Assert.Contains(problem, refused.Route.Problem, StringComparison.Ordinal);
            Assert.False(refused.Route.Accepted);
        }

        Assert.DoesNotContain(rig.Kube.Patches, each => each.Name.Name == "web");
        var reading = await rig.ReadAsync();
        Assert.Equal((TrafficSplit.AllTo("v1"), true), (reading.Route.Applied, reading.Route.Accepted));
    }

    private static async Task FreeAsync(IstioRig rig, bool bySubset = false)
    {
        Assert.Equal((RouteRig.Split(0), null), ((await rig.ApplyAsync(0)).Route.Applied, (await rig.ReadAsync()).Route.Problem));
        rig.Pins("v1", "v2");
        rig.Set("v2", ready: 1);
        rig.Endpoints("shop-canary", "v2", ready: 1);
        Assert.Equal(RouteRig.Split(5), (await rig.ApplyAsync(5)).Route.Applied);
        Assert.Equal(bySubset ? "shop/stable 95, shop/canary 5" : "shop-stable 95, shop-canary 5", rig.Destinations());
    }
}
