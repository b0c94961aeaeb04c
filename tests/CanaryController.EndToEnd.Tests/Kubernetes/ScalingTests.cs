using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes;

/// <summary>People and autoscalers size the Deployment while a revision is under way.</summary>
public sealed class ScalingTests(Cluster cluster)
{
    [Theory]
    [InlineData(6, """{"type": "RollingUpdate"}""")]
    [InlineData(3, """{"type": "RollingUpdate"}""")]
    [InlineData(6, """{"type": "Recreate"}""")]
    [InlineData(3, """{"type": "Recreate"}""")]
    public Task A_Deployment_scaled_in_the_middle_is_promoted_at_its_new_size(int replicas, string strategy) => cluster.RunAsync(
        new ShopOptions { Strategy = strategy, Steps = ShopOptions.Held(25, 50) },
        async shop =>
        {
            await shop.ReleaseAsync("v2");
            await shop.UntilStepAsync(1, "v2", 25);
            await shop.ScaleAsync(replicas);
            await shop.UntilAsync($"v1 has {replicas} pods", () => shop.Serving("v1").Count == replicas);
            Assert.Single(shop.Serving("v2"));
            await shop.CommandAsync("Skip");
            await shop.UntilStepAsync(2, "v2", 50);
            await shop.CommandAsync("Promote");
            await shop.PromotedAsync("v2");

            Assert.Equal(replicas, shop.Serving("v2").Count);
        });

    [Fact]
    public Task A_Deployment_that_is_scaled_all_the_time_is_promoted_without_a_lost_pod() => cluster.RunAsync(
        new ShopOptions { Steps = """[{"weight": 25, "hold": "2s"}, {"weight": 50, "hold": "2s"}, {"weight": 100, "hold": "2s"}]""" },
        async shop =>
        {
            await shop.ReleaseAsync("v2");
            int[] sizes = [5, 4, 6, 4, 5];
            for (var turn = 0; shop.Phase is not "Promoted"; turn++)
            {
                // As an autoscaler does: it looks, sets a size, and looks again a while later.
                await shop.ScaleAsync(sizes[turn % sizes.Length]);
                await shop.AfterAsync(TimeSpan.FromSeconds(1));
                Assert.True(turn < 90, "it is not promoted");
            }

            await shop.ScaleAsync(5);
            await shop.PromotedAsync("v2");
        });

    [Fact]
    public Task A_Deployment_that_passes_through_0_replicas_comes_back_on_stable() => cluster.RunAsync(new ShopOptions { Steps = ShopOptions.Held(50) }, async shop =>
    {
        await shop.ReleaseAsync("v2");
        await shop.UntilStepAsync(1, "v2", 50);
        await shop.ScaleAsync(0);
        await shop.UntilAsync("v1 has no pods", () => shop.Serving("v1").Count == 0);
        await shop.CommandAsync("Abort");
        await shop.ScaleAsync(4);
        await shop.UntilAsync("v1 has 4 pods", () => shop.Serving("v1").Count == 4);
        await shop.AbortedAsync("v1", "v2");
        await shop.CalmAsync();
    });

    [Fact]
    public Task A_rejected_version_does_not_come_back_when_the_Deployment_passes_through_0_replicas() => cluster.RunAsync(new ShopOptions { Steps = ShopOptions.Held(50) }, async shop =>
    {
        await shop.ReleaseAsync("v2");
        await shop.UntilStepAsync(1, "v2", 50);
        await shop.CommandAsync("Abort");
        await shop.AbortedAsync("v1", "v2");
        await shop.ScaleAsync(0);
        await shop.UntilAsync("there are no pods", () => !shop.Pods.Any());
        await shop.ScaleAsync(3);
        await shop.UntilAsync("v1 has 3 pods and all traffic", () => shop.Serving("v1").Count == 3 && Math.Abs(shop.Share("v1") - 100) < 0.01);
        await shop.CalmAsync();

        Assert.DoesNotContain(shop.Pods, pod => pod.Label("release") == "v2");
        Assert.Equal("Aborted", shop.Phase);
    });

    [Fact]
    public Task A_canary_that_loses_its_pods_is_rolled_back() => cluster.RunAsync(
        new ShopOptions { NeedsSimulatedNodes = true, Steps = ShopOptions.Held(50) },
        async shop =>
        {
            await shop.ReleaseAsync("v2");
            await shop.UntilStepAsync(1, "v2", 50);
            await shop.MakeUnreadyAsync("v2", 2);
            await shop.AbortedAsync("v1", "v2");

            Assert.Equal("CanaryUnavailable", shop.Rollout.Items("status", "history").Last().Text("reason"));
        });
}
