using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Testing;

namespace CanaryController.Manager.Tests.Traffic.Kinds;

/// <summary>What is peculiar to HTTPProxies.</summary>
public sealed class ContourTests
{
    private static readonly BackendPair _pair = new("shop", "shop", 80, "shop-stable", "shop-canary", IsExternal: false);

    [Theory]
    [InlineData("""[{"name": "shop-stable", "port": 80}, {"name": "shop-canary", "port": 80}]""", "50")]
    [InlineData("""[{"name": "shop-stable", "port": 80, "weight": 0}, {"name": "shop-canary", "port": 80, "weight": 0}]""", "50")]
    [InlineData("""[{"name": "shop-stable", "port": 80, "weight": 3}, {"name": "shop-canary", "port": 80}]""", "0")]
    [InlineData("""[{"name": "shop-stable", "port": 80}, {"name": "shop-canary", "port": 80, "weight": 3}]""", "100")]
    [InlineData("""[{"name": "shop-stable", "port": 80, "weight": 3}, {"name": "shop-canary", "port": 80, "weight": 1}]""", "25")]
    [InlineData("""[{"name": "shop-stable", "port": 80, "weight": 3}, {"name": "shop-canary", "port": 80, "weight": 1}, {"name": "shop-canary", "port": 80, "mirror": true}]""", "25")]
    public void Services_share_by_weight_and_evenly_when_nobody_has_one(string services, string percent)
    {
        var split = RouteSplit.Of(Seen(services), _pair, default);
        Assert.Equal((CanaryWeight.TryFromPercent(decimal.Parse(percent)), null), (split.Weight, split.Problem));
    }

    [Fact]
    public void A_weight_that_is_too_large_to_be_read_is_no_weight_of_nothing()
    {
        var proxy = KindSample.HttpProxy.Seen("""{"routes": [{"services": [{"name": "shop-stable", "port": 80, "weight": 5}, {"name": "shop-canary", "port": 80, "weight": 3000000000}]}]}""");
        Assert.Equal(CanaryWeight.FromBasisPoints(9_999), RouteSplit.Of(proxy, _pair, default).Weight);
        Assert.NotNull(RoutePlan.Of(proxy, _pair, CanaryWeight.Zero, true, "a-1").Patch);
    }

    [Fact]
    public void A_mirror_is_neither_counted_nor_touched_whatever_its_weight()
    {
        var before = KindSample.HttpProxy.Object(Spec("""[{"name": "audit", "port": 80, "mirror": true}, {"name": "shop", "port": 80}, {"name": "shop", "port": 80, "mirror": true, "weight": 30}]"""));
        var after = PatchedJson.Apply(before, RoutePlan.Of(KindSample.HttpProxy.Project(before), _pair, CanaryWeight.FromBasisPoints(500), true, "a-1").Patch!)!;
        Assert.Equal(
            """[{"name":"audit","port":80,"mirror":true},{"name":"shop-stable","port":80,"weight":95},{"name":"shop-canary","port":80,"weight":5},{"name":"shop","port":80,"mirror":true,"weight":30}]""",
            after["spec"]!["routes"]![0]!["services"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""[{"name": "shop", "port": 80}, {"name": "a", "port": 80}, {"name": "b", "port": 80}]""", "Route 1 of HTTPProxy shop/web gives none of its services a weight, so they share evenly")]
    [InlineData("""[{"name": "shop-stable", "port": 80}, {"name": "shop-canary", "port": 80}, {"name": "b", "port": 80}]""", "Route 1 of HTTPProxy shop/web gives none of its services a weight, so they share evenly")]
    [InlineData("""[{"name": "shop", "port": 80}, {"name": "a", "port": 80}]""", "weighs 1 beside other backends in route 1")]
    [InlineData("""[{"name": "shop", "port": 80}, {"name": "a", "port": 80, "weight": 3}]""", "No route of HTTPProxy shop/web sends to Service shop")]
    [InlineData("""[{"name": "shop", "port": 80, "mirror": true}, {"name": "a", "port": 80}]""", "No route of HTTPProxy shop/web sends to Service shop")]
    public void What_cannot_be_divided_without_changing_the_others_is_said(string services, string problem)
    {
        var plan = RoutePlan.Of(Seen(services), _pair, CanaryWeight.FromBasisPoints(500), true, "a-1");
        Assert.Contains(problem, plan.Problem, StringComparison.Ordinal);
        Assert.Null(plan.Patch);
    }

    [Fact]
    public void A_proxy_that_only_includes_others_names_them()
    {
        var proxy = KindSample.HttpProxy.Seen("""{"virtualhost": {"fqdn": "a.example.org"}, "includes": [{"name": "cart"}, {"name": "blog", "namespace": "web"}]}""");
        Assert.Equal("HTTPProxy shop/web only includes others (shop/cart, web/blog): name the one that sends to the Service instead.", RouteSplit.Of(proxy, _pair, default).Problem);
        Assert.True(RouteSplit.Of(proxy, _pair, default).IsAbsent);
    }

    [Theory]
    [InlineData("""{}""", false, "No Contour has looked at HTTPProxy shop/web yet: its ingress class may be another one's.")]
    [InlineData("""{"currentStatus": "valid", "conditions": [{"type": "Valid", "status": "True", "observedGeneration": 4}]}""", true, null)]
    [InlineData("""{"currentStatus": "valid", "conditions": [{"type": "Valid", "status": "True", "observedGeneration": 3}]}""", false, null)]
    [InlineData("""{"currentStatus": "valid", "conditions": [{"type": "Valid", "status": "True"}]}""", false, null)]
    [InlineData("""{"currentStatus": "invalid", "conditions": [{"type": "Valid", "status": "False", "observedGeneration": 3, "message": "of before"}]}""", false, null)]
    [InlineData(
        """{"currentStatus": "orphaned", "conditions": [{"type": "Valid", "status": "False", "observedGeneration": 4, "errors": [{"type": "Orphaned", "message": "this HTTPProxy is not part of a delegation chain"}]}]}""",
        false, "HTTPProxy shop/web is orphaned: it has no virtualhost, and no HTTPProxy that has one includes it.")]
    [InlineData(
        """{"currentStatus": "invalid", "conditions": [{"type": "Valid", "status": "False", "observedGeneration": 4, "message": "At least one error present, see Errors for details", "errors": [{"message": "Spec.Routes unresolved service reference: service \"shop/x\" not found."}, {"reason": "TLSError"}]}]}""",
        false, "HTTPProxy shop/web is not Valid: Spec.Routes unresolved service reference: service \"shop/x\" not found; TLSError.")]
    [InlineData("""{"conditions": [{"type": "Valid", "status": "False", "observedGeneration": 4, "message": "Wrong."}]}""", false, "HTTPProxy shop/web is not Valid: Wrong.")]
    public void A_proxy_is_taken_up_when_Contour_calls_this_generation_valid(string status, bool accepted, string? problem)
    {
        var body = KindSample.HttpProxy.Object(Spec("""[{"name": "shop", "port": 80}]"""));
        body["metadata"]!["generation"] = 4;
        body["status"] = JsonNode.Parse(status);
        Assert.Equal(new RouteAcceptance(accepted, problem), KindSample.HttpProxy.Project(body).Acceptance);
    }

    [Fact]
    public void What_is_written_is_reviewed()
    {
        var text = PatchText.Of(
            KindSample.HttpProxy,
            _pair,
            ("The first division of a route and the TCP proxy", """{"tcpproxy": {"services": [{"name": "shop", "port": 80}]}, "routes": [{"services": [{"name": "shop", "port": 80, "requestHeadersPolicy": {}}]}]}""", 0),
            ("A weight that changes", """{"routes": [{"services": [{"name": "shop-stable", "port": 80, "weight": 100}, {"name": "shop-canary", "port": 80, "weight": 0}]}]}""", 5),
            ("Beside another service and a mirror", """{"routes": [{"services": [{"name": "blog", "port": 80, "weight": 70}, {"name": "audit", "port": 80, "mirror": true}, {"name": "shop", "port": 80, "weight": 30}]}]}""", 10));
        Assert.Equal(Reviewed.Text("tests/CanaryController.Manager.Tests/Traffic/Kinds/ContourPatches.txt", text), text);
    }

    private static JsonNode Spec(string services) => JsonNode.Parse($$"""{"routes": [{"services": {{services}} }]}""")!;

    private static RouteObject Seen(string services) => KindSample.HttpProxy.Project(KindSample.HttpProxy.Object(Spec(services)));
}
