using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Testing;

namespace CanaryController.Manager.Tests.Traffic.Kinds;

/// <summary>What is peculiar to Traefik's objects.</summary>
public sealed class TraefikTests
{
    private static readonly BackendPair _pair = new("shop", "shop", 80, "shop-stable", "shop-canary", IsExternal: false);

    [Theory]
    [InlineData("""{"mirroring": {"name": "shop", "port": 80, "mirrors": [{"name": "audit", "percent": 10}]}}""", "TraefikService shop/web mirrors requests (spec.mirroring), which is not divided: name one with spec.weighted, and let this one send there. For steps with mirror name both, and write the Service among the mirrors here, with percent: 0.")]
    [InlineData("""{"failover": {"service": {"name": "shop"}}}""", "TraefikService shop/web fails over (spec.failover), which this version does not divide: name one with spec.weighted, and let this one send there.")]
    [InlineData("""{"highestRandomWeight": {"services": [{"name": "shop", "port": 80}]}}""", "TraefikService shop/web divides by a hash of the client (spec.highestRandomWeight), which this version does not divide: name one with spec.weighted, and let this one send there.")]
    [InlineData("""{"weighted": {"services": [{"name": "blog", "port": 80}]}}""", "No weighted list of TraefikService shop/web sends to Service shop: write a service {name: shop, port: 80} into the weighted lists that are to be divided.")]
    [InlineData("""{"weighted": {"services": [{"name": "shop", "kind": "TraefikService"}]}}""", "No weighted list of TraefikService shop/web sends to Service shop: write a service {name: shop, port: 80} into the weighted lists that are to be divided.")]
    public void A_TraefikService_without_weights_for_the_service_says_why_it_is_not_divided(string spec, string problem)
    {
        var plan = RoutePlan.Of(KindSample.TraefikService.Seen(spec), _pair, CanaryWeight.FromBasisPoints(500), true, "a-1");
        Assert.Equal(problem, plan.Problem);
        Assert.Null(plan.Patch);
    }

    [Theory]
    [InlineData("""[{"name": "shop-stable", "port": 80}, {"name": "shop-canary", "port": 80}]""", "50")]
    [InlineData("""[{"name": "shop-stable", "port": "http", "weight": 3}, {"name": "shop-canary", "port": "http"}]""", "25")]
    [InlineData("""[{"name": "shop-stable", "kind": "Service", "namespace": "shop", "weight": 1}, {"name": "shop-canary", "weight": 0}]""", "0")]
    public void An_entry_without_a_weight_counts_1_and_a_port_may_have_a_name(string services, string percent)
    {
        var split = RouteSplit.Of(KindSample.IngressRoute.Seen($$"""{"routes": [{"match": "Path(`/`)", "services": {{services}} }]}"""), _pair, default);
        Assert.Equal((CanaryWeight.TryFromPercent(decimal.Parse(percent)), null), (split.Weight, split.Problem));
    }

    [Fact]
    public void What_is_stored_is_taken_up_since_Traefik_says_nothing() =>
        Assert.Equal(new RouteAcceptance(true, null), KindSample.IngressRoute.Seen("""{"routes": []}""").Acceptance);

    [Fact]
    public void What_is_written_is_reviewed()
    {
        var service = PatchText.Of(
            KindSample.TraefikService,
            _pair,
            ("The first division of a TraefikService", """{"weighted": {"sticky": {"cookie": {}}, "services": [{"name": "shop", "port": 80, "scheme": "h2c"}]}}""", 0),
            ("A share finer than a percent", """{"weighted": {"services": [{"name": "shop-stable", "port": 80, "weight": 95}, {"name": "shop-canary", "port": 80, "weight": 5}]}}""", 0.5m));
        var route = PatchText.Of(
            KindSample.IngressRoute,
            _pair,
            ("The first division of an IngressRoute", """{"routes": [{"match": "a", "services": [{"name": "blog", "port": 80}]}, {"match": "b", "services": [{"name": "shop", "port": "http"}]}]}""", 0),
            ("Beside another service", """{"routes": [{"match": "a", "services": [{"name": "blog", "port": 80, "weight": 70}, {"name": "shop", "port": 80, "weight": 30}]}]}""", 10));
        Assert.Equal(Reviewed.Text("tests/CanaryController.Manager.Tests/Traffic/Kinds/TraefikPatches.txt", service + route), service + route);
    }
}
