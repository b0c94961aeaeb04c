using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Tests.Traffic.Contracts;
using CanaryController.Manager.Tests.Traffic.GatewayApi;
using CanaryController.Manager.Tests.Traffic.Istio;
using CanaryController.Manager.Tests.Traffic.Routes;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Tests.Traffic.Beside;

/// <summary>Matches and mirrors stand up to API servers with each kind's own rules, and leave nothing behind.</summary>
public sealed class BesideContractTests
{
    private static readonly EquatableArray<RequestMatch> _both = [new(RequestMatchKind.Header, "X-Canary", "always"), new(RequestMatchKind.Cookie, "tester", "yes")];

    [Theory]
    [InlineData("HTTPRoute", "httproutes", RouterType.GatewayAPI, true)]
    [InlineData("GRPCRoute", "grpcroutes", RouterType.GatewayAPI, true)]
    [InlineData("HTTPRoute", "httproutes", RouterType.Linkerd, false)]
    public async Task Routes_of_the_Gateway_API_match_and_mirror_and_are_given_back(string name, string plural, RouterType router, bool mirrors)
    {
        var kind = RouteKinds.All.First(each => each.Name == name);
        var served = kind.Versions[0];
        await using var bed = await ContractBed.StartAsync(router, [ContractDefinitions.Route(served.Group, plural, name, "v1")], (served, Route(name)));
        var before = await bed.GetAsync(served);
        await bed.ApplyAsync(router, kind, 0);

        foreach (var split in Splits(mirrors))
        {
            var read = await bed.ApplyAsync(router, kind, split);
            Assert.Equal((split, null), (read.Route.Applied, read.Route.Problem));
        }

        Assert.Single((await bed.GetAsync(served))["spec"]!["rules"]!.AsArray());
        Assert.Null(await bed.LeaveAsync(router, kind));
        var after = await bed.GetAsync(served);
        Assert.True(JsonNode.DeepEquals(before["spec"], after["spec"]), after["spec"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(before["metadata"]!["annotations"], after["metadata"]!["annotations"]));
    }

    [Fact]
    public async Task Connections_alone_are_not_matched_and_the_weight_does_not_rise()
    {
        await using var bed = await ContractBed.StartAsync(
            RouterType.GatewayAPI, [ContractDefinitions.Route("gateway.networking.k8s.io", "tcproutes", "TCPRoute", "v1")], (RouteKinds.TcpRoute.Versions[0], Route("TCPRoute")));
        await bed.ApplyAsync(RouterType.GatewayAPI, RouteKinds.TcpRoute, 0);
        var read = await bed.ApplyAsync(RouterType.GatewayAPI, RouteKinds.TcpRoute, RouteRig.Split(5) with { Matches = _both });
        Assert.Equal(RouteRig.Split(0), read.Route.Applied);
        Assert.StartsWith("Nothing that the rollout divides can match or mirror requests", read.Route.Problem, StringComparison.Ordinal);
        Assert.Equal(RouteRig.Split(5), (await bed.ApplyAsync(RouterType.GatewayAPI, RouteKinds.TcpRoute, 5)).Route.Applied);
    }

    [Theory]
    [InlineData("v1", false)]
    [InlineData("v1", true)]
    [InlineData("v1beta1", false)]
    [InlineData("v1alpha3", true)]
    public async Task VirtualServices_match_and_mirror_and_are_given_back(string version, bool bySubset)
    {
        const string Everything = """
            {
              "hosts": ["shop"],
              "http": [
                {"name": "a", "match": [{"uri": {"prefix": "/a"}, "headers": {"tenant": {"exact": "t"}}}, {"uri": {"exact": "/b"}}], "retries": {"attempts": 2}, "route": [{"destination": {"host": "shop.default.svc.cluster.local", "port": {"number": 80}}}]},
                {"name": "b", "redirect": {"uri": "/a"}},
                {"mirrors": [{"destination": {"host": "audit"}}], "route": [{"destination": {"host": "shop"}, "weight": 60}, {"destination": {"host": "other"}, "weight": 40}]}
              ],
              "tls": [{"match": [{"sniHosts": ["shop"], "port": 443}], "route": [{"destination": {"host": "shop"}}]}]
            }
            """;
        await using var server = await IstioServer.StartAsync(version, Everything, bySubset ? """{"host": "shop"}""" : """{"host": "other"}""", TestContext.Current.CancellationToken);
        var target = IstioServer.Target(bySubset ? new("shop", "stable", "canary") : null);
        var before = server.Store.Find(IstioServer.VirtualServices, "default", "web")!;
        await server.ApplyAsync(target, 0);
        await server.CanaryIsReadyAsync();
        foreach (var split in Splits(mirrors: true))
        {
            var read = await server.ApplyAsync(target, split);
            Assert.Equal((split, null), (read.Route.Applied, read.Route.Problem));
        }

        Assert.Null(await server.RestoreAsync(target));
        var after = server.Store.Find(IstioServer.VirtualServices, "default", "web")!;
        Assert.True(JsonNode.DeepEquals(before["spec"], after["spec"]), after["spec"]!.ToJsonString());
        Assert.DoesNotContain("canarycontroller.io", after["metadata"]!["annotations"]?.ToJsonString() ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"hosts": ["a"], "http": [{"mirror": {"host": "m"}, "mirrors": [{"destination": {"host": "n"}}], "route": [{"destination": {"host": "a"}}]}]}""", "both mirror and mirrors")]
    [InlineData("""{"hosts": ["a"], "http": [{"mirror": {"host": "m"}, "mirrorPercentage": {"value": 101}, "route": [{"destination": {"host": "a"}}]}]}""", "max value of 100")]
    [InlineData("""{"hosts": ["a"], "http": [{"match": [{"headers": {"X": {"exact": "a"}}}], "route": [{"destination": {"host": "a"}}]}]}""", "lower case")]
    [InlineData("""{"hosts": ["a"], "http": [{"match": [{"headers": {"x": {"regex": "("}}}], "route": [{"destination": {"host": "a"}}]}]}""", "invalid regex")]
    public async Task The_server_of_these_tests_refuses_what_Istio_refuses(string spec, string why)
    {
        await using var server = await IstioServer.StartAsync("v1", """{"hosts": ["a"], "http": [{"route": [{"destination": {"host": "a"}}]}]}""", """{"host": "other"}""", TestContext.Current.CancellationToken);
        var refused = Assert.Throws<ApiServerStub.Storage.ApiException>(() => server.Store.Create(IstioServer.VirtualServices, IstioServer.Object("v1", "VirtualService", "bad", spec)));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_HTTPProxy_matches_and_mirrors_and_is_given_back()
    {
        const string Proxy = """
            {"virtualhost": {"fqdn": "shop.example.org"}, "routes": [
              {"conditions": [{"prefix": "/a"}, {"header": {"name": "tenant", "present": true}}], "services": [{"name": "shop", "port": 80, "protocol": "h2c"}]},
              {"services": [{"name": "other", "port": 80, "weight": 60}, {"name": "shop", "port": 80, "weight": 40}]}]}
            """;
        await using var rig = await ContractRig.StartAsync(RouterType.Contour, RouteKinds.HttpProxy, RouteCrds.HttpProxy);
        var before = await rig.CreateAsync(Proxy);
        await rig.ApplyAsync(0);
        foreach (var split in Splits(mirrors: true))
        {
            Assert.Equal(split, (await rig.ApplyAsync(split)).Route.Applied);
        }

        Assert.Null(await rig.RestoreAsync());
        Assert.True(JsonNode.DeepEquals(before["spec"], (await rig.FindAsync())["spec"]));
    }

    [Fact]
    public async Task An_IngressRoute_matches_and_is_given_back()
    {
        const string Ingress = """
            {"entryPoints": ["web"], "routes": [
              {"kind": "Rule", "match": "Host(`shop.example.org`) && PathPrefix(`/a`)", "priority": 7, "middlewares": [{"name": "auth"}], "services": [{"name": "shop", "port": "http"}]},
              {"match": "Host(`shop.example.org`)", "services": [{"name": "other", "port": 80, "weight": 60}, {"name": "shop", "port": 80, "weight": 40}]}]}
            """;
        await using var rig = await ContractRig.StartAsync(RouterType.Traefik, RouteKinds.IngressRoute, RouteCrds.Traefik);
        var before = await rig.CreateAsync(Ingress);
        await rig.ApplyAsync(0);
        foreach (var split in Splits(mirrors: false))
        {
            Assert.Equal(split, (await rig.ApplyAsync(split)).Route.Applied);
        }

        var refused = await rig.ApplyAsync(RouteRig.Split(0) with { IsMirrored = true });
        Assert.Equal(RouteRig.Split(0), refused.Route.Applied);
        Assert.StartsWith("Nothing that the rollout divides can match or mirror requests: of Traefik's objects only a TraefikService with spec.mirroring mirrors.", refused.Route.Problem, StringComparison.Ordinal);
        Assert.Null(await rig.RestoreAsync());
        Assert.True(JsonNode.DeepEquals(before["spec"], (await rig.FindAsync())["spec"]));
    }

    [Fact]
    public async Task A_TraefikService_mirrors_before_the_one_with_the_weights_and_both_are_given_back()
    {
        const string Mirrors = """{"mirroring": {"name": "web", "kind": "TraefikService", "maxBodySize": 1024, "mirrors": [{"name": "audit", "port": 80, "percent": 10}, {"name": "shop", "port": 80, "percent": 0}]}}""";
        await using var rig = await ContractRig.StartAsync(RouterType.Traefik, RouteKinds.TraefikService, RouteCrds.Traefik, "front", "web");
        var (front, web) = (await rig.CreateAsync(Mirrors, name: "front"), await rig.CreateAsync("""{"weighted": {"sticky": {"cookie": {"name": "v"}}, "services": [{"name": "shop", "port": 80}]}}"""));
        await rig.ApplyAsync(0);
        foreach (var split in (TrafficSplit[])[RouteRig.Split(0) with { IsMirrored = true }, RouteRig.Split(12.5m), RouteRig.Split(0) with { IsMirrored = true }, RouteRig.Split(0)])
        {
            var read = await rig.ApplyAsync(split);
            Assert.Equal((split, null), (read.Route.Applied, read.Route.Problem));
            Assert.Equal(split.IsMirrored ? ("shop-canary", 100) : ("shop", 0), Mirror(await rig.FindAsync("front")));
        }

        var refused = await rig.ApplyAsync(RouteRig.Split(0) with { Matches = _both });
        Assert.StartsWith("Nothing that the rollout divides can match or mirror requests: a TraefikService asks for no headers.", refused.Route.Problem, StringComparison.Ordinal);
        await rig.ApplyAsync(RouteRig.Split(0) with { IsMirrored = true });
        Assert.Null(await rig.RestoreAsync());
        Assert.True(JsonNode.DeepEquals(front["spec"], (await rig.FindAsync("front"))["spec"]));
        Assert.True(JsonNode.DeepEquals(web["spec"], (await rig.FindAsync())["spec"]));
        Assert.DoesNotContain("canarycontroller.io", (await rig.FindAsync("front"))["metadata"]!["annotations"]?.ToJsonString() ?? "", StringComparison.Ordinal);

        static (string, int) Mirror(JsonObject service) => ((string)service["spec"]!["mirroring"]!["mirrors"]![1]!["name"]!, (int)service["spec"]!["mirroring"]!["mirrors"]![1]!["percent"]!);
    }

    /// <summary>A rollout's way through steps that match and mirror, to an abort.</summary>
    private static IEnumerable<TrafficSplit> Splits(bool mirrors) =>
    [
        RouteRig.Split(0) with { IsMirrored = mirrors },
        RouteRig.Split(0) with { Matches = _both, IsMirrored = mirrors },
        RouteRig.Split(12.5m) with { Matches = _both },
        RouteRig.Split(50) with { Matches = [_both[1]] },
        RouteRig.Split(100),
        RouteRig.Split(20) with { Matches = _both },
        RouteRig.Split(0),
    ];

    private static JsonObject Route(string kind) => JsonNode.Parse($$$"""
        {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "{{{kind}}}", "metadata": {"name": "web", "annotations": {"team": "shop"}},
         "spec": {"parentRefs": [{"group": "core", "kind": "Service", "name": "shop", "port": 80}], "rules": [{"future": 1,
           "matches": [{"path": {"value": "/"}}, {"headers": [{"name": "tenant", "value": "t"}]}], "backendRefs": [{"name": "shop", "port": 80, "weight": 1, "own": true}]}]}}
        """)!.AsObject();
}
