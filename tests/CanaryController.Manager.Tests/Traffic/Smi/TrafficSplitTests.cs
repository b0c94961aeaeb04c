using System.Text.Json.Nodes;
using CanaryController.Manager.Tests.Traffic.Routes;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Tests.Traffic.Smi;

public sealed class TrafficSplitTests
{
    [Theory]
    [InlineData("1", "[95,5]", "1")]
    [InlineData("100", "[95,5]", "100")]
    [InlineData("\"1\"", "[\"95\",\"5\"]", "\"1\"")]
    [InlineData("\"500m\"", "[\"95m\",\"5m\"]", "\"500m\"")]
    [InlineData("\"0.5\"", "[\"95m\",\"5m\"]", "\"500m\"")]
    public async Task Weights_are_written_in_the_form_that_the_split_has(string weight, string written, string restored)
    {
        var rig = Ready($$"""[{"service": "shop", "weight": {{weight}}}]""");
        await rig.ApplyAsync(0);
        var applied = await rig.ApplyAsync(5);

        Assert.Equal((5m, true, null), (applied.Route.Applied?.Weight.Percent, applied.Route.Accepted, applied.Route.Problem));
        Assert.Equal(written, Weights(rig));
        Assert.Equal(["shop-stable", "shop-canary"], Backends(rig).Select(each => (string?)each!["service"]));

        await rig.ApplyAsync(0);
        Assert.Null(await rig.LeaveAsync());
        Assert.Equal($$"""[{"service":"shop","weight":{{restored}}}]""", Backends(rig).ToJsonString());
    }

    [Fact]
    public async Task Beside_others_in_thousandths_all_stay_in_thousandths()
    {
        var rig = Ready("""[{"service": "old", "weight": "0.75"}, {"service": "shop", "weight": "250m"}]""");
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(20);
        Assert.Equal("""["0.75","200m","50m"]""", Weights(rig));
    }

    [Theory]
    [InlineData("""[{"service": "blog", "weight": 1}]""")]
    [InlineData("""[{"service": "shop", "weight": "1Ki"}]""")]
    [InlineData("""[{"service": "shop", "weight": 0.5}]""")]
    [InlineData("[]")]
    public async Task A_split_that_sends_nothing_to_the_Service_that_can_be_read_is_left_alone(string backends)
    {
        var rig = Ready(backends);
        var applied = await rig.ApplyAsync(0);
        Assert.Equal("No split of TrafficSplit shop/web sends to Service shop: write a backend {service: shop, weight: 100} into the splits that are to be divided.", applied.Route.Problem);
        Assert.Empty(rig.Kube.Patches);
    }

    private static JsonArray Backends(KindRig rig) => rig.Find(RouteKinds.TrafficSplit)["spec"]!["backends"]!.AsArray();

    private static string Weights(KindRig rig) => new JsonArray([.. Backends(rig).Select(each => each!["weight"]!.DeepClone())]).ToJsonString();

    private static KindRig Ready(string backends)
    {
        var rig = new KindRig(RouterType.SMI, (RouteKinds.TrafficSplit, "web"));
        rig.Put(RouteKinds.TrafficSplit, KindRig.Body($$$"""{"metadata": {"name": "web", "namespace": "shop"}, "spec": {"service": "shop", "backends": {{{backends}}}}}"""));
        return rig;
    }
}
