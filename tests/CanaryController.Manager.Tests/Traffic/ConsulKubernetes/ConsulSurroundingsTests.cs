using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Traffic.ConsulKubernetes;

namespace CanaryController.Manager.Tests.Traffic.ConsulKubernetes;

/// <summary>What stands around a splitter: a ServiceRouter before it, ServiceIntentions beside it.</summary>
public sealed class ConsulSurroundingsTests
{
    private const string Everybody = "denies every caller of service shop, so neither version would get a request";

    [Theory]
    [InlineData("""{"destination": {"serviceSubset": "stable"}}""", "route 1 to subset stable")]
    [InlineData("""{"match": {"http": {"pathPrefix": "/", "caseInsensitive": true}}, "destination": {"service": "other"}}""", "route 1 to service other")]
    [InlineData("""{"match": {"http": {"header": [], "methods": []}}, "destination": {"service": "shop", "serviceSubset": "old"}}""", "route 1 to subset old")]
    [InlineData("""{"match": {"http": {"pathPrefix": "/a"}}}, {"destination": {"serviceSubset": "stable"}}""", "route 2 to subset stable")]
    public async Task A_router_that_sends_every_request_past_the_splitter_keeps_the_canary_from_its_first(string routes, string where)
    {
        var rig = ConsulKubernetesRig.Ready();
        rig.CanaryIsReady();
        rig.Routes(routes);
        var refused = await rig.SettleAndApplyAsync(5);
        Assert.Equal($"ServiceRouter shop/shop sends every request that reaches {where}, past the ServiceSplitter: take serviceSubset or service out of that route's destination.", refused.Route.Problem);
        Assert.Equal("- 100", rig.Splits());
    }

    [Fact]
    public async Task One_that_comes_under_way_stops_the_steps_and_no_abort()
    {
        var rig = ConsulKubernetesRig.Ready();
        rig.CanaryIsReady();
        await rig.SettleAsync(50);
        rig.Routes("""{"destination": {"serviceSubset": "stable"}}""");
        var reading = await rig.ReadAsync();
        Assert.False(reading.Route.Accepted);
        Assert.Contains("past the ServiceSplitter", reading.Route.Problem, StringComparison.Ordinal);
        await rig.ApplyAsync(60);
        Assert.Equal("stable 50, canary 50", rig.Splits());
        await rig.ApplyAsync(0);
        Assert.Equal("stable 100, canary 0", rig.Splits());
    }

    [Theory]
    [InlineData("""{"match": {"http": {"pathPrefix": "/beta"}}, "destination": {"serviceSubset": "canary"}}""", 1)]
    [InlineData("""{"match": {"http": {"header": [{"name": "x", "present": true}]}}, "destination": {"service": "other"}}, {"match": {"http": {"methods": ["PUT"]}}, "destination": {"service": "other"}}""", 2)]
    [InlineData("""{"match": {"http": {"pathPrefix": "/beta"}}, "destination": {"prefixRewrite": "/"}}""", 0)]
    [InlineData("""{"destination": {"service": "shop"}}, {"destination": {"serviceSubset": "stable"}}""", 0)]
    public async Task Routes_for_some_requests_are_told_and_what_comes_after_one_for_all_is_never_reached(string routes, int told)
    {
        var rig = ConsulKubernetesRig.Ready();
        rig.CanaryIsReady();
        rig.Routes(routes);
        var reading = await rig.SettleAsync(5);
        Assert.Equal("stable 95, canary 5", rig.Splits());
        Assert.Equal(told, reading.Conditions.SingleOrDefault(each => each.Type == "RouteBypassed")?.Message.Split("past the ServiceSplitter: they are not divided.").Length - 1 ?? 0);
    }

    [Theory]
    [InlineData("""{"name": "*", "action": "deny"}""", true)]
    [InlineData("""{"name": "web", "action": "deny"}, {"name": "*", "action": "deny"}""", true)]
    [InlineData("""{"name": "*", "action": "deny"}, {"name": "web", "action": "allow"}""", false)]
    [InlineData("""{"name": "*", "action": "deny"}, {"name": "web", "permissions": [{"action": "allow", "http": {"pathPrefix": "/"}}]}""", false)]
    [InlineData("""{"name": "web", "action": "deny"}""", false)]
    [InlineData("""{"name": "*", "peer": "other", "action": "deny"}""", false)]
    public async Task Intentions_that_let_nobody_in_are_told_before_the_first_shift(string sources, bool isRefused)
    {
        var rig = ConsulKubernetesRig.Ready();
        rig.CanaryIsReady();
        rig.Intentions("shop", sources);
        var reading = await rig.SettleAndApplyAsync(5);
        Assert.Equal(isRefused, reading.Route.Problem?.Contains(Everybody, StringComparison.Ordinal) is true);
        Assert.Equal(isRefused ? "- 100" : "stable 95, canary 5", rig.Splits());
    }

    [Theory]
    [InlineData("*", "", "mesh", "", true)]
    [InlineData("shop", "shop", "shop", "", true)]
    [InlineData("shop", "team", "team", "", false)]
    [InlineData("other", "", "shop", "", false)]
    [InlineData("*", "", "mesh", """{"name": "web", "action": "allow"}""", false)]
    public async Task Those_for_all_services_count_where_none_for_the_service_says_more(string destination, string consulNamespace, string ns, string own, bool isRefused)
    {
        var rig = ConsulKubernetesRig.Ready();
        rig.CanaryIsReady();
        rig.Intentions(destination, """{"name": "*", "action": "deny"}""", ns, consulNamespace);
        if (own.Length > 0)
        {
            rig.Intentions("shop", own);
        }

        Assert.Equal(isRefused, (await rig.SettleAndApplyAsync(5)).Route.Problem?.Contains(Everybody, StringComparison.Ordinal) is true);
    }

    [Fact]
    public async Task Intentions_that_come_under_way_stop_nothing_that_has_begun()
    {
        var rig = ConsulKubernetesRig.Ready();
        rig.CanaryIsReady();
        await rig.SettleAsync(5);
        rig.Intentions("shop", """{"name": "*", "action": "deny"}""");
        await rig.SettleAsync(10);
        Assert.Equal("stable 90, canary 10", rig.Splits());
    }

    [Fact]
    public void Whatever_a_router_or_intentions_say_they_are_read()
    {
        foreach (var spec in (string[])["""{"routes": [null, 3, {"match": {"http": null}, "destination": null}]}""", """{"routes": {}}""", """{"sources": [null, {"permissions": 1}], "destination": []}"""])
        {
            var item = JsonSerializer.SerializeToElement(new JsonObject { ["metadata"] = new JsonObject { ["name"] = "shop", ["namespace"] = "shop" }, ["spec"] = JsonNode.Parse(spec) });
            Assert.Empty(ServiceDetours.Project(item).Detours);
            Assert.DoesNotContain(ServiceIntentionsObject.Project(item).Sources, source => source.Denies || source.Allows);
        }
    }
}
