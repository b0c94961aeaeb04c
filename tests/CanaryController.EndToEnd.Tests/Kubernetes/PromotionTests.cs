using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes;

/// <summary>A good revision becomes stable by handing its pods over to the user's own Deployment.</summary>
public sealed class PromotionTests(Cluster cluster)
{
    [Theory]
    [InlineData("""{"type": "RollingUpdate"}""", 0, 10)]
    [InlineData("""{"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}""", 0, 10)]
    [InlineData("""{"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "100%", "maxUnavailable": 0}}""", 0, 10)]
    [InlineData("""{"type": "RollingUpdate"}""", 2, 10)]
    [InlineData("""{"type": "RollingUpdate"}""", 0, 0)]
    [InlineData("""{"type": "Recreate"}""", 0, 10)]
    public Task A_promotion_hands_the_canarys_pods_over_and_recreates_none(string strategy, int minReadySeconds, int revisionHistoryLimit) => cluster.RunAsync(
        new ShopOptions { Strategy = strategy, MinReadySeconds = minReadySeconds, RevisionHistoryLimit = revisionHistoryLimit },
        async shop =>
        {
            await shop.ReleaseAsync("v2");
            await shop.UntilStepAsync(3, "v2", 100);
            var pods = shop.Serving("v2");

            await shop.PromotedAsync("v2");

            Assert.Equal(4, pods.Count);
            Assert.Equal(pods.Order(), shop.Serving("v2").Order());
        });

    [Fact]
    public Task A_revision_follows_another() => cluster.RunAsync(new ShopOptions { Steps = """[{"weight": 50, "hold": "1s"}]""" }, async shop =>
    {
        await shop.ReleaseAsync("v2");
        await shop.PromotedAsync("v2");
        await shop.ReleaseAsync("v3");
        await shop.PromotedAsync("v3");

        Assert.Equal("3", shop.Deployment.Text("metadata", "annotations", "deployment.kubernetes.io/revision"));
    });

    [Fact]
    public Task A_roll_forward_to_an_older_revision_takes_all_steps_with_its_old_ReplicaSet() => cluster.RunAsync(new ShopOptions(), async shop =>
    {
        var first = shop.ReplicaSet("v1")!.Uid();
        await shop.ReleaseAsync("v2");
        await shop.PromotedAsync("v2");
        await shop.ReleaseAsync("v1");
        await shop.UntilStepAsync(1, "v1", 25);
        await shop.PromotedAsync("v1");

        Assert.Equal(first, shop.ReplicaSet("v1")!.Uid());
        Assert.Equal(2, shop.ReplicaSets.Count());
    });

    [Fact]
    public Task A_step_with_replicas_has_that_many_pods_before_it_has_its_weight() => cluster.RunAsync(
        new ShopOptions { Steps = """[{"weight": 10, "hold": "1h", "replicas": 3}, {"weight": 25, "hold": "1h", "replicas": "100%"}]""" },
        async shop =>
        {
            await shop.ReleaseAsync("v2");
            await shop.UntilStepAsync(1, "v2", 10);
            Assert.Equal(3, shop.Serving("v2").Count);
            await shop.CommandAsync("Skip");
            await shop.UntilStepAsync(2, "v2", 25);
            Assert.Equal(4, shop.Serving("v2").Count);
            await shop.CommandAsync("Promote");
            await shop.PromotedAsync("v2");
        });

    [Fact]
    public Task An_invalid_spec_in_the_middle_changes_nothing() => cluster.RunAsync(new ShopOptions { Steps = ShopOptions.Held(25, 50) }, async shop =>
    {
        await shop.ReleaseAsync("v2");
        await shop.UntilStepAsync(1, "v2", 25);
        var answer = await shop.Client.MergeAsync(
            KubeKind.Rollout, shop.Namespace, shop.Name, System.Text.Json.Nodes.JsonNode.Parse("""{"spec": {"strategy": {"steps": [{"weight": 50}, {"weight": 20}]}}}""")!, shop.Cancellation);
        if (answer.IsDone)
        {
            // What the schema cannot say is said by a condition, and the last good text goes on.
            await shop.UntilAsync("it says so", () => shop.Rollout.Text("status", "inForce") is not null);
        }

        await shop.CommandAsync("Skip");
        await shop.UntilStepAsync(2, "v2", 50);
        await shop.CommandAsync("Promote");
        await shop.PromotedAsync("v2");
    });
}
