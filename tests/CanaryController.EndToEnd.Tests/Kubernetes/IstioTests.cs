using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes;

/// <summary>Whole rollouts by a VirtualService, whose versions are hosts or subsets.</summary>
public sealed class IstioTests(Cluster cluster)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_revision_follows_another_and_leaving_gives_everything_back(bool isBySubset) => cluster.RunAsync(
        new ShopOptions { Router = "Istio", IsBySubset = isBySubset, Steps = """[{"weight": 25, "hold": "1s"}, {"weight": 50, "hold": "1s"}]""" },
        async shop =>
        {
            var rule = shop.View.Find(KubeKind.DestinationRule, shop.Name)?["spec"]?.DeepClone();
            await shop.ReleaseAsync("v2");
            await shop.PromotedAsync("v2");
            await shop.ReleaseAsync("v3");
            await shop.PromotedAsync("v3");
            (await shop.Client.DeleteAsync(KubeKind.Rollout, shop.Namespace, shop.Name, shop.Cancellation)).Done();
            await shop.LeftAsync("v3");

            Assert.Equal(rule?.ToJsonString(), shop.View.Find(KubeKind.DestinationRule, shop.Name)?["spec"]?.ToJsonString());
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task An_abort_takes_the_traffic_back_and_the_canarys_pods_away(bool isBySubset) => cluster.RunAsync(
        new ShopOptions { Router = "Istio", IsBySubset = isBySubset, Steps = ShopOptions.Held(25, 50) },
        async shop =>
        {
            var stable = shop.Serving("v1");
            await shop.ReleaseAsync("v2");
            await shop.UntilStepAsync(1, "v2", 25);
            await shop.CommandAsync("Skip");
            await shop.UntilStepAsync(2, "v2", 50);
            await shop.CommandAsync("Abort");
            await shop.AbortedAsync("v1", "v2");
            Assert.Equal(stable.Order(), shop.Serving("v1").Order());
            await shop.CommandAsync("Retry");
            await shop.UntilStepAsync(1, "v2", 25);
        });
}
