using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes;

/// <summary>Whole rollouts by each kind of object that has no class of tests of its own.</summary>
public sealed class RouteFormTests(Cluster cluster)
{
    public static TheoryData<string> Routers => [.. RouteForm.All.Select(form => form.Router).Except(["GatewayAPI", "Istio"])];

    [Theory]
    [MemberData(nameof(Routers))]
    public Task A_revision_is_promoted_and_leaving_gives_everything_back(string router) => cluster.RunAsync(
        new ShopOptions { Router = router, IsBySubset = router is "Consul", Steps = """[{"weight": 25, "hold": "1s"}, {"weight": 50, "hold": "1s"}]""" },
        async shop =>
        {
            await shop.ReleaseAsync("v2");
            await shop.PromotedAsync("v2");
            (await shop.Client.DeleteAsync(KubeKind.Rollout, shop.Namespace, shop.Name, shop.Cancellation)).Done();
            await shop.LeftAsync("v2");
        });

    [Theory]
    [MemberData(nameof(Routers))]
    public Task An_abort_takes_the_traffic_back_and_the_canarys_pods_away(string router) => cluster.RunAsync(
        new ShopOptions { Router = router, IsBySubset = router is "Consul", Steps = ShopOptions.Held(25) },
        async shop =>
        {
            var stable = shop.Serving("v1");
            await shop.ReleaseAsync("v2");
            await shop.UntilStepAsync(1, "v2", 25);
            await shop.CommandAsync("Abort");
            await shop.AbortedAsync("v1", "v2");

            Assert.Equal(stable.Order(), shop.Serving("v1").Order());
        });
}
