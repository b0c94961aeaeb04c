using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Tests.Traffic.Contracts;

/// <summary>From the first division to the giving back, on an API server with these systems' own rules.</summary>
public sealed class RouteContractTests
{
    private const string Proxy = """{"virtualhost": {"fqdn": "shop.example.org"}, "routes": [{"services": [{"name": "shop", "port": 80, "protocol": "h2c"}, {"name": "audit", "port": 80, "mirror": true}]}]}""";
    private const string Weighted = """{"weighted": {"sticky": {"cookie": {"name": "v"}}, "services": [{"name": "shop", "port": "http"}, {"name": "old", "kind": "TraefikService", "weight": 0}]}}""";
    private const string Route = """{"entryPoints": ["web"], "routes": [{"kind": "Rule", "match": "Path(`/`)", "services": [{"name": "shop", "port": 80}]}]}""";

    [Fact]
    public async Task An_HTTPProxy_is_divided_taken_up_by_its_status_and_given_back()
    {
        await using var rig = await ContractRig.StartAsync(RouterType.Contour, RouteKinds.HttpProxy, RouteCrds.HttpProxy);
        var before = await rig.CreateAsync(Proxy);
        await rig.SayAsync(Valid(1));

        var divided = await rig.ApplyAsync(0);
        Assert.Equal((Split(0), false), (divided.Route.Applied, divided.Route.Accepted));
        await rig.SayAsync(Valid(2));
        Assert.True((await rig.ApplyAsync(0)).Route.Accepted);
        await rig.ApplyAsync(12.5m);
        Assert.Equal(
            """[{"name":"shop-stable","port":80,"protocol":"h2c","weight":8750},{"name":"shop-canary","port":80,"protocol":"h2c","weight":1250},{"name":"audit","port":80,"mirror":true}]""",
            (await rig.FindAsync())["spec"]!["routes"]![0]!["services"]!.ToJsonString());
        await rig.SayAsync("""
            {"currentStatus": "invalid", "conditions": [{"type": "Valid", "status": "False", "observedGeneration": 3, "reason": "ErrorPresent", "message": "see Errors", "lastTransitionTime": "2026-01-01T00:00:00Z",
             "errors": [{"type": "ServiceError", "status": "True", "reason": "ServiceUnresolvedReference", "message": "service shop-canary not found"}]}]}
            """);
        Assert.Equal("HTTPProxy default/web is not Valid: service shop-canary not found.", (await rig.ApplyAsync(12.5m)).Route.Problem);

        await AssertGivenBackAsync(rig, before, "f:routes");
    }

    [Theory]
    [InlineData("TraefikService", Weighted, "f:weighted")]
    [InlineData("IngressRoute", Route, "f:routes")]
    [InlineData("IngressRouteTCP", Route, "f:routes")]
    public async Task Objects_of_Traefik_are_divided_taken_up_when_stored_and_given_back(string kind, string spec, string member)
    {
        await using var rig = await ContractRig.StartAsync(RouterType.Traefik, RouteKinds.Of(RouterType.Traefik).Single(each => each.Name == kind), RouteCrds.Traefik);
        var before = await rig.CreateAsync(spec);
        if (kind == "TraefikService")
        {
            // A weight of 1 beside others cannot be divided: the server keeps what people write.
            Assert.Contains("weighs 1 beside other backends", (await rig.ApplyAsync(0)).Route.Problem, StringComparison.Ordinal);
            return;
        }

        AssertTakenUp(0, await rig.ApplyAsync(0));
        AssertTakenUp(100, await rig.ApplyAsync(100));
        await rig.ApplyAsync(0);
        await AssertGivenBackAsync(rig, before, member);
    }

    [Fact]
    public async Task A_TraefikService_beside_another_keeps_stickiness_and_the_others_weight()
    {
        await using var rig = await ContractRig.StartAsync(RouterType.Traefik, RouteKinds.TraefikService, RouteCrds.Traefik);
        var before = await rig.CreateAsync(Weighted.Replace("\"port\": \"http\"", "\"port\": \"http\", \"weight\": 90", StringComparison.Ordinal));
        Assert.Equal(Split(10), (await rig.ApplyAsync(10)).Route.Applied);
        Assert.Equal(
            """{"sticky":{"cookie":{"name":"v"}},"services":[{"name":"shop-stable","port":"http","weight":81},{"name":"shop-canary","port":"http","weight":9},{"name":"old","kind":"TraefikService","weight":0}]}""",
            (await rig.FindAsync())["spec"]!["weighted"]!.ToJsonString());
        await rig.ApplyAsync(0);
        await AssertGivenBackAsync(rig, before, "f:weighted");
    }

    [Theory]
    [InlineData("""{"routes": [{"services": [{"name": "shop"}]}]}""")]
    [InlineData("""{"routes": [{"services": [{"name": "shop", "port": 80, "weight": -1}]}]}""")]
    public async Task The_stub_refuses_what_Contours_schema_refuses(string spec)
    {
        await using var rig = await ContractRig.StartAsync(RouterType.Contour, RouteKinds.HttpProxy, RouteCrds.HttpProxy);
        Assert.Equal(KubeOutcome.Invalid, (await rig.TryAsync(spec)).Outcome);
    }

    [Fact]
    public async Task A_canary_Ingress_is_made_changed_and_deleted_beside_the_users()
    {
        await using var rig = await ContractRig.StartAsync(RouterType.IngressNginx, null, null);
        var before = await rig.CreateAsync(
            """
            {"ingressClassName": "nginx", "tls": [{"hosts": ["shop.example.org"], "secretName": "shop-tls"}], "rules": [
              {"host": "shop.example.org", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "shop", "port": {"number": 80}}}}]}},
              {"http": {"paths": [{"pathType": "ImplementationSpecific", "backend": {"service": {"name": "shop", "port": {"name": "http"}}}}]}}]}
            """,
            """{"nginx.ingress.kubernetes.io/affinity": "cookie"}""");

        AssertTakenUp(0, await rig.ApplyAsync(0));
        Assert.Equal(Split(0.25m), (await rig.ApplyAsync(0.25m)).Route.Applied);
        var ours = await rig.FindAsync("web-canary");
        Assert.Equal("25/10000", $"{ours["metadata"]!["annotations"]!["nginx.ingress.kubernetes.io/canary-weight"]}/{ours["metadata"]!["annotations"]!["nginx.ingress.kubernetes.io/canary-weight-total"]}");
        Assert.Equal(1, (int)ours["metadata"]!["generation"]!);
        Assert.Equal(before["spec"]!["tls"]!.ToJsonString(), ours["spec"]!["tls"]!.ToJsonString());
        Assert.Equal(Split(5), (await rig.ApplyAsync(5)).Route.Applied);

        Assert.Null(await rig.RestoreAsync());
        Assert.Null(await rig.FindAsync("web-canary"));
        Assert.True(JsonNode.DeepEquals(before, await rig.FindAsync()));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"rules": [{"http": {"paths": []}}]}""")]
    [InlineData("""{"rules": [{"http": {"paths": [{"path": "/", "backend": {"service": {"name": "shop", "port": {"number": 80}}}}]}}]}""")]
    [InlineData("""{"rules": [{"http": {"paths": [{"path": "a", "pathType": "Prefix", "backend": {"service": {"name": "shop", "port": {"number": 80}}}}]}}]}""")]
    [InlineData("""{"rules": [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "shop"}}}]}}]}""")]
    [InlineData("""{"rules": [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {}}]}}]}""")]
    public async Task The_stub_refuses_Ingresses_that_an_API_server_refuses(string spec)
    {
        await using var rig = await ContractRig.StartAsync(RouterType.IngressNginx, null, null);
        Assert.Equal(KubeOutcome.Invalid, (await rig.TryAsync(spec)).Outcome);
    }

    /// <summary>Spec, annotations, and who owns the member that holds the lists.</summary>
    private static async Task AssertGivenBackAsync(ContractRig rig, JsonObject before, string member)
    {
        Assert.Null(await rig.RestoreAsync());
        var after = await rig.FindAsync();
        Assert.True(JsonNode.DeepEquals(before["spec"], after["spec"]), after["spec"]!.ToJsonString());
        Assert.Equal(before["metadata"]!["annotations"]?.ToJsonString() ?? "{}", after["metadata"]!["annotations"]?.ToJsonString() ?? "{}");
        var owners = after["metadata"]!["managedFields"]!.AsArray().Where(entry => entry!["fieldsV1"]?["f:spec"]?[member] is not null).Select(entry => (string)entry!["manager"]!);
        Assert.Equal(before["metadata"]!["managedFields"]!.AsArray().Select(entry => (string)entry!["manager"]!).Distinct(), owners);
    }

    private static void AssertTakenUp(decimal percent, RouteReading read) => Assert.Equal((Split(percent), true, null), (read.Route.Applied, read.Route.Accepted, read.Route.Problem));

    private static TrafficSplit Split(decimal percent) => new("v1", "v2", CanaryWeight.TryFromPercent(percent)!.Value, []);

    private static string Valid(int generation) => $$"""
        {"currentStatus": "valid", "conditions": [{"type": "Valid", "status": "True", "observedGeneration": {{generation}}, "reason": "Valid", "message": "Valid HTTPProxy", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}
        """;
}
