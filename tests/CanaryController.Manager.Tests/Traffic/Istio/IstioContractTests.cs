using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.Manager.Tests.Traffic.Istio;

/// <summary>What is written stands up to an API server and to the rules of Istio's webhook, in whatever version of its API the cluster has.</summary>
public sealed class IstioContractTests
{
    private const string Everything = """
        {
          "hosts": ["shop"],
          "http": [
            {"name": "a", "match": [{"uri": {"prefix": "/a"}}], "retries": {"attempts": 2}, "route": [{"destination": {"host": "shop.default.svc.cluster.local", "port": {"number": 80}}}]},
            {"name": "b", "redirect": {"uri": "/a"}},
            {"name": "c", "route": [{"destination": {"host": "shop"}, "weight": 60}, {"destination": {"host": "other"}, "weight": 40}]}
          ],
          "tls": [{"match": [{"sniHosts": ["shop"], "port": 443}], "route": [{"destination": {"host": "shop"}}]}],
          "tcp": [{"route": [{"destination": {"host": "shop"}, "weight": 100}]}]
        }
        """;

    private const string Rule = """{"host": "shop", "trafficPolicy": {"outlierDetection": {"consecutive5xxErrors": 5}}, "subsets": [{"name": "old", "labels": {"version": "0"}}]}""";

    [Theory]
    [InlineData("v1", false)]
    [InlineData("v1", true)]
    [InlineData("v1beta1", true)]
    [InlineData("v1alpha3", true)]
    public async Task A_whole_rollout_is_accepted_and_leaves_nothing_behind(string version, bool bySubset)
    {
        var rule = bySubset ? Rule : """{"host": "other"}""";
        await using var server = await IstioServer.StartAsync(version, Everything, rule, TestContext.Current.CancellationToken);
        var target = IstioServer.Target(bySubset ? new("shop", "stable", "canary") : null);
        var before = (Route: Route(server), Rule: RuleOf(server));

        Assert.Equal((0m, null), Seen(await server.ApplyAsync(target, 0)));
        await server.CanaryIsReadyAsync();
        Assert.Equal((0m, null), Seen(await server.ApplyAsync(target, 0)));
        foreach (var percent in (decimal[])[5, 33.33m, 100, 0])
        {
            Assert.Equal((percent, null), Seen(await server.ApplyAsync(target, percent)));
        }

        Assert.Equal(["stable", "canary"], Route(server)["spec"]!["http"]![0]!["route"]!.AsArray().Select(each => (string?)each!["destination"]!["subset"] ?? ((string)each["destination"]!["host"]!)[5..].Split('.')[0]));
        Assert.Null(await server.RestoreAsync(target));
        Same(before.Route, Route(server));
        Same(before.Rule, RuleOf(server));
    }

    [Fact]
    public async Task A_root_that_delegates_is_left_alone_and_its_delegate_is_divided()
    {
        const string Root = """{"hosts": ["shop"], "http": [{"delegate": {"name": "web-shop"}}]}""";
        await using var server = await IstioServer.StartAsync("v1", Root, """{"host": "other"}""", TestContext.Current.CancellationToken);
        var target = IstioServer.Target(null);
        Assert.Equal(
            "VirtualService default/web delegates http route 1 to VirtualService default/web-shop: write that one into istio.virtualServices.", (await server.ApplyAsync(target, 0)).Route.Problem);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Root), Route(server)["spec"]));

        await using var other = await IstioServer.StartAsync("v1", """{"http": [{"route": [{"destination": {"host": "shop"}}]}]}""", """{"host": "other"}""", TestContext.Current.CancellationToken);
        Assert.Equal((0m, null), Seen(await other.ApplyAsync(target, 0)));
    }

    [Theory]
    [InlineData("""{"hosts": ["a"], "http": [{"route": [{"destination": {"host": "a"}, "weight": 0}, {"destination": {"host": "b"}}]}]}""", "total destination weight = 0")]
    [InlineData("""{"hosts": ["a"], "http": [{"route": [{"destination": {"host": "a"}, "weight": -1}, {"destination": {"host": "b"}, "weight": 2}]}]}""", "weight -1 < 0")]
    [InlineData("""{"hosts": ["a"], "http": [{"route": [{"destination": {"host": "a"}}], "delegate": {"name": "b"}}]}""", "must not specify route with a delegate")]
    [InlineData("""{"http": [{"delegate": {"name": "b"}}]}""", "can't delegate")]
    [InlineData("""{"hosts": ["a"], "http": [{}]}""", "is required")]
    public async Task The_server_of_these_tests_refuses_what_Istio_refuses(string spec, string why)
    {
        await using var server = await IstioServer.StartAsync("v1", Everything, Rule, TestContext.Current.CancellationToken);
        var refused = Assert.Throws<ApiException>(() => server.Store.Create(IstioServer.VirtualServices, IstioServer.Object("v1", "VirtualService", "bad", spec)));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    private static (decimal? Percent, string? Problem) Seen(Manager.Traffic.RouteReading reading) => (reading.Route is { Accepted: true, Applied: { } split } ? split.Weight.Percent : null, reading.Route.Problem);

    private static JsonObject Route(IstioServer server) => server.Store.Find(IstioServer.VirtualServices, "default", "web")!;

    private static JsonObject RuleOf(IstioServer server) => server.Store.Find(IstioServer.DestinationRules, "default", "shop")!;

    private static void Same(JsonObject before, JsonObject after)
    {
        Assert.True(JsonNode.DeepEquals(before["spec"], after["spec"]), after["spec"]!.ToJsonString());
        Assert.DoesNotContain("canarycontroller.io", after["metadata"]!["annotations"]?.ToJsonString() ?? "", StringComparison.Ordinal);
        Assert.Equal(Owners(before), Owners(after));
    }

    /// <summary>Who owns what, without the times.</summary>
    private static string[] Owners(JsonObject item) =>
    [
        .. item["metadata"]!["managedFields"]!.AsArray()
            .Select(each => $"{each!["manager"]} {each["operation"]}: {string.Join(", ", (each["fieldsV1"]!["f:spec"]?.AsObject() ?? []).Select(field => field.Key).Order(StringComparer.Ordinal))}"),
    ];
}
