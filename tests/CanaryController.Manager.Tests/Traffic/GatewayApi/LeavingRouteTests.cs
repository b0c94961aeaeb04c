using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Tests.Traffic.GatewayApi;

/// <summary>What a rollout that is deleted sees of its HTTPRoutes: only those count that have something of ours.</summary>
public sealed class LeavingRouteTests
{
    private const string Elsewhere = """[{"backendRefs": [{"name": "blog", "port": 80}]}]""";

    private static readonly TrafficSplit _home = TrafficSplit.AllTo("v1");

    [Fact]
    public async Task Nothing_is_left_out_while_every_route_sends_to_the_service()
    {
        var rig = new RouteRig(routes: ["web", "api"]);
        rig.Add();
        rig.Add("api");
        Assert.Null((await rig.ReadAsync()).WithoutMissing);
    }

    [Fact]
    public async Task Routes_that_are_all_gone_or_name_the_service_no_more_have_nothing_to_take_back()
    {
        var rig = new RouteRig(routes: ["web", "api"]);
        rig.Add("api", Elsewhere);
        var reading = await rig.ReadAsync();
        Assert.Equal(new(_home, true, null), reading.WithoutMissing);
        Assert.NotNull(reading.Route.Problem);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Elsewhere)]
    public async Task The_others_count_as_they_are(string? rules)
    {
        var rig = new RouteRig(routes: ["web", "api"]);
        rig.Add();
        rig.Pair();
        if (rules is not null)
        {
            rig.Add("api", rules);
        }

        await rig.ApplyAsync(25);
        Assert.Equal(25, (await rig.ReadAsync()).WithoutMissing?.Applied?.Weight.Percent);
        await rig.ApplyAsync(0);
        Assert.Equal((0m, true), Seen((await rig.ReadAsync()).WithoutMissing));
    }

    [Fact]
    public async Task A_rollout_without_any_route_has_nothing_to_take_back()
    {
        var rig = new RouteRig();
        var target = rig.Target with { Cluster = rig.Target.Cluster! with { Routes = [] } };
        var reading = await rig.Router.ReadAsync(target, "v1", "v2", CancellationToken.None);
        Assert.Equal(new(_home, true, null), reading.WithoutMissing);
    }

    private static (decimal? Percent, bool? IsAccepted) Seen(RouteObservation? route) => (route?.Applied?.Weight.Percent, route?.Accepted);
}
