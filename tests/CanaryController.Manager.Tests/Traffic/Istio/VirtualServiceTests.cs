using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic.Istio;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Tests.Traffic.Istio;

public sealed class VirtualServiceTests
{
    private static readonly BackendPair Hosts = new("shop", "shop", null, "shop-stable", "shop-canary", IsExternal: false);

    [Theory]
    [InlineData("shop", true)]
    [InlineData("shop.shop", true)]
    [InlineData("shop.shop.svc", true)]
    [InlineData("shop.shop.svc.cluster.local", true)]
    [InlineData("shop.shop.svc.corp.example", true)]
    [InlineData("shop.other", false)]
    [InlineData("shop.other.svc.cluster.local", false)]
    [InlineData("shop.example.com", false)]
    [InlineData("*.shop", false)]
    [InlineData("*", false)]
    [InlineData("", false)]
    public void A_Service_has_many_names_and_keeps_the_form_in_which_it_is_written(string host, bool isOurs)
    {
        Assert.Equal(isOurs, IstioHost.Read(host).Is("shop", "shop", "shop"));
        var route = Seen($$"""{"http": [{"route": [{"destination": {"host": "{{host}}"} }]}]}""");
        Assert.Equal(isOurs, Hosts.Find(Assert.Single(route.Rules), default).IsOurs);
        if (isOurs)
        {
            var text = RoutePlan.Of(route, Hosts, CanaryWeight.Zero, true, "a-1").Patch!.ToString();
            Assert.Contains($"\"shop-canary{host["shop".Length..]}\"", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"destination": {"host": "shop"}}""", 1)]
    [InlineData("""{"destination": {"host": "shop"}, "weight": 0}""", 1)]
    [InlineData("""{"destination": {"host": "shop"}, "weight": 30}""", 30)]
    [InlineData("""{"destination": {"host": "shop"}}, {"destination": {"host": "other"}, "weight": 100}""", 0)]
    [InlineData("""{"destination": {"host": "shop"}, "weight": 30}, {"destination": {"host": "other"}, "weight": 70}""", 30)]
    public void One_destination_alone_gets_everything_and_among_several_one_without_a_weight_gets_nothing(string destinations, int share) =>
        Assert.Equal(share, Seen($$"""{"http": [{"route": [{{destinations}}]}]}""").Rules[0].Backends[0].Share);

    [Fact]
    public void Http_tls_and_tcp_routes_are_divided_and_told_by_their_names()
    {
        var route = Seen("""
            {
              "http": [{"name": "primary", "route": [{"destination": {"host": "shop", "subset": "v1", "port": {"number": 80}}}]}, {"redirect": {"uri": "/"}}],
              "tls": [{"match": [{"sniHosts": ["a"]}], "route": [{"destination": {"host": "shop"}}]}],
              "tcp": [{"route": [{"destination": {"host": "shop"}, "weight": 100}]}]
            }
            """);
        Assert.Equal(["http route 'primary'", "http route 2", "tls route 1", "tcp route 1"], route.Rules.Select(rule => rule.Title));
        Assert.Equal(["/spec/http/0/route", "/spec/http/1/route", "/spec/tls/0/route", "/spec/tcp/0/route"], route.Rules.Select(rule => rule.Path));
        Assert.Equal(("v1", 80), (route.Rules[0].Backends[0].Subset, route.Rules[0].Backends[0].Port));
        Assert.Equal(3, route.Rules.Count(rule => Hosts.Find(rule, default).IsOurs));
    }

    [Fact]
    public void Only_the_http_routes_that_are_named_are_divided()
    {
        var route = Seen("""
            {"http": [{"name": "a", "route": [{"destination": {"host": "shop"}}]}, {"name": "b", "route": [{"destination": {"host": "shop"}}]}], "tcp": [{"route": [{"destination": {"host": "shop"}}]}]}
            """);
        var named = Hosts with { Only = ["b"] };
        var patch = RoutePlan.Of(route, named, Weight(5), true, "a-1").Patch!.ToString();
        Assert.Contains("/spec/http/1/route/0", patch, StringComparison.Ordinal);
        Assert.DoesNotContain("/spec/http/0", patch, StringComparison.Ordinal);
        Assert.DoesNotContain("/spec/tcp", patch, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_route_that_is_not_there_keeps_the_weight_from_rising_and_never_from_falling()
    {
        var route = Seen("""{"http": [{"name": "a", "route": [{"destination": {"host": "shop"}}]}]}""");
        var named = Hosts with { Only = ["a", "b"] };
        Assert.Equal("VirtualService shop/web has no route named b: correct the names in the Rollout, or name the route.", RoutePlan.Of(route, named, Weight(5), true, "a-1").Problem);
        Assert.Null(RoutePlan.Of(route, named, CanaryWeight.Zero, true, "a-1").Problem);
        Assert.Contains("No route named b of VirtualService shop/web sends", RouteSplit.Of(route, Hosts with { Only = ["b"] }, default).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name": "web-shop"}""", "VirtualService shop/web delegates http route 'all' to VirtualService shop/web-shop: write that one into istio.virtualServices.")]
    [InlineData(
        """{"name": "web-shop", "namespace": "team"}""",
        "VirtualService shop/web delegates http route 'all' to VirtualService team/web-shop: write that one into istio.virtualServices, of a Rollout in namespace team.")]
    public void A_root_that_delegates_names_its_delegate(string delegated, string problem)
    {
        var root = Seen($$"""{"hosts": ["shop"], "http": [{"name": "all", "delegate": {{delegated}} }]}""");
        Assert.Equal((null, problem), (RoutePlan.Of(root, Hosts, Weight(5), true, "a-1").Patch, RoutePlan.Of(root, Hosts, Weight(5), true, "a-1").Problem));
        Assert.True(RouteSplit.Of(root, Hosts, default).IsAbsent);
    }

    [Fact]
    public void All_versions_of_the_API_are_looked_for_the_newest_first() =>
        Assert.Equal(["networking.istio.io/v1", "networking.istio.io/v1beta1", "networking.istio.io/v1alpha3"], RouteKinds.VirtualService.Versions.Select(each => each.ApiVersion));

    private static CanaryWeight Weight(decimal percent) => CanaryWeight.TryFromPercent(percent)!.Value;

    private static RouteObject Seen(string spec) => IstioRig.Project(IstioRig.Body(spec));
}
