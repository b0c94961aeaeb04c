using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Tests.Traffic.Routes;

/// <summary>Routes of several kinds that one rollout divides together, and what stands beside them.</summary>
public sealed class SeveralRoutesTests
{
    [Fact]
    public async Task Routes_of_several_kinds_carry_one_split_and_are_given_back_together()
    {
        RouteKind[] kinds = [RouteKinds.HttpRoute, RouteKinds.GrpcRoute, RouteKinds.TcpRoute];
        var rig = new KindRig(RouterType.GatewayAPI, [.. kinds.Select(kind => (kind, "web"))]);
        var before = kinds.Select(kind => Accepted(kind)).ToList();
        for (var index = 0; index < kinds.Length; index++)
        {
            rig.Put(kinds[index], (JsonObject)before[index].DeepClone());
        }

        await rig.ApplyAsync(0);
        var applied = await rig.ApplyAsync(20);

        Assert.Equal((20m, true, null), (applied.Route.Applied?.Weight.Percent, applied.Route.Accepted, applied.Route.Problem));
        Assert.All(kinds, kind => Assert.Equal("shop-stable 80, shop-canary 20", rig.Entries(kind)));
        Assert.Equal(6, rig.Kube.Patches.Count);

        rig.Kube.Change(RouteKinds.GrpcRoute.Versions[0], "web", route => route["status"]!["parents"]![0]!["conditions"]![0]!["status"] = "False");
        Assert.Contains("GRPCRoute shop/web is not Accepted", (await rig.ReadAsync()).Route.Problem, StringComparison.Ordinal);

        await rig.ApplyAsync(0);
        Assert.Null(await rig.LeaveAsync());
        Assert.All(kinds.Zip(before), pair => Assert.True(JsonNode.DeepEquals(pair.Second["spec"], rig.Find(pair.First)["spec"])));
    }

    [Fact]
    public async Task Beside_a_route_of_connections_requests_are_matched_and_mirrored_where_there_are_some()
    {
        RouteKind[] kinds = [RouteKinds.HttpRoute, RouteKinds.GrpcRoute, RouteKinds.TcpRoute];
        var rig = new KindRig(RouterType.GatewayAPI, [.. kinds.Select(kind => (kind, "web"))]);
        foreach (var kind in kinds)
        {
            rig.Put(kind, Accepted(kind));
        }

        await rig.ApplyAsync(0);
        var before = kinds.Select(kind => rig.Find(kind)["spec"]!.DeepClone()).ToList();
        var split = new TrafficSplit("v1", "v2", CanaryWeight.Zero, [new(RequestMatchKind.Header, "x-canary", "always")]) { IsMirrored = true };
        Assert.Equal((split, null), await BesideAsync(split));
        Assert.Equal([2, 2, 1], kinds.Select(kind => rig.Find(kind)["spec"]!["rules"]!.AsArray().Count));
        Assert.Equal((split with { Matches = [], IsMirrored = false }, null), await BesideAsync(split with { Matches = [], IsMirrored = false }));
        Assert.All(kinds.Zip(before), pair => Assert.True(JsonNode.DeepEquals(pair.Second, rig.Find(pair.First)["spec"])));

        async Task<(TrafficSplit?, string?)> BesideAsync(TrafficSplit wanted)
        {
            var route = (await rig.Router.ApplyAsync(rig.Target, wanted, await rig.ReadAsync(), CancellationToken.None)).Route;
            return (route.Applied, route.Problem);
        }
    }

    [Theory]
    [InlineData("""[{"group": "", "kind": "Service", "name": "shop"}]""", "BackendTLSPolicy shop/tls is for Service shop, and none is for Service shop-stable")]
    [InlineData("""[{"group": "", "kind": "Service", "name": "shop-stable", "sectionName": "https"}]""", "Add {group: \"\", kind: Service, name: shop-canary, sectionName: https} to its targetRefs.")]
    [InlineData("""[{"group": "", "kind": "Service", "name": "shop"}, {"group": "", "kind": "Service", "name": "shop-stable"}, {"group": "", "kind": "Service", "name": "shop-canary"}]""", null)]
    [InlineData("""[{"group": "", "kind": "Service", "name": "blog"}]""", null)]
    [InlineData("""[{"group": "example.com", "kind": "Bucket", "name": "shop"}]""", null)]
    public async Task A_gateway_that_speaks_TLS_to_one_Service_is_not_sent_to_another_without(string targets, string? problem)
    {
        var rig = new KindRig(RouterType.GatewayAPI, (RouteKinds.HttpRoute, "web"));
        rig.Put(RouteKinds.HttpRoute, Accepted(RouteKinds.HttpRoute));
        rig.Policy("tls", targets);

        var applied = await rig.ApplyAsync(0);

        Assert.Equal(problem is null ? 1 : 0, rig.Kube.Patches.Count);
        if (problem is not null)
        {
            Assert.Contains(problem, applied.Route.Problem, StringComparison.Ordinal);
            Assert.False(applied.Route.Accepted);
        }
    }

    [Fact]
    public async Task What_comes_up_under_way_stops_the_steps_and_no_abort()
    {
        var rig = new KindRig(RouterType.GatewayAPI, (RouteKinds.HttpRoute, "web"));
        rig.Put(RouteKinds.HttpRoute, Accepted(RouteKinds.HttpRoute));
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(20);
        rig.Policy("tls", """[{"group": "", "kind": "Service", "name": "shop-stable"}]""");

        var seen = await rig.ReadAsync();
        Assert.Equal((20m, false), (seen.Route.Applied?.Weight.Percent, seen.Route.Accepted));
        Assert.Contains("none is for Service shop-canary", seen.Route.Problem, StringComparison.Ordinal);
        await rig.ApplyAsync(50);
        Assert.Equal("shop-stable 80, shop-canary 20", rig.Entries(RouteKinds.HttpRoute));

        var aborted = await rig.ApplyAsync(0);
        Assert.Equal((CanaryWeight.Zero, true, null), (aborted.Route.Applied?.Weight, aborted.Route.Accepted, aborted.Route.Problem));
    }

    private static JsonObject Accepted(RouteKind kind)
    {
        var sample = RouteSample.All.First(each => each.Kind == kind);
        var route = sample.Write([[("shop", null)]]);
        route["status"] = JsonNode.Parse("""
            {"parents": [{"parentRef": {"group": "", "kind": "Service", "name": "shop", "port": 80}, "controllerName": "example.com/gateway", "conditions": [
              {"type": "Accepted", "status": "True", "reason": "Accepted", "message": ""}, {"type": "ResolvedRefs", "status": "True", "reason": "ResolvedRefs", "message": ""}]}]}
            """);
        return route;
    }
}
