using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes.People;

/// <summary>A freeze of the cluster. Only a controller that leads all of a cluster reads those, so it has a cluster for itself.</summary>
public sealed class ClusterFreezeTests
{
    [Fact]
    public async Task A_freeze_of_the_cluster_holds_up_whom_it_means_until_it_is_gone_and_no_abort()
    {
        var isReal = Environment.GetEnvironmentVariable(KubeStage.Variable) is { Length: > 0 };
        Assert.SkipWhen(isReal && Environment.GetEnvironmentVariable(KubeStage.WholeClusterVariable) is not { Length: > 0 }, $"other tests use the cluster too: run this one alone, with {KubeStage.WholeClusterVariable}=1");
        await using var stage = await KubeStage.BuildAsync(TimeProvider.System, TestContext.Current.CancellationToken, isShared: false);
        await stage.RunAsync(new ShopOptions { IsGuarded = true, IsClusterLed = true, Steps = """[{"weight": 25, "approval": {"name": "sre"}}, {"weight": 50, "hold": "1h"}]""" }, FreezeAsync);
    }

    private static async Task FreezeAsync(Shop shop)
    {
        using var admin = new Person(shop, "ops");
        try
        {
            await MakeAsync(admin, "others", new JsonObject { ["names"] = new JsonArray("another") });
            await MakeAsync(admin, "sale", new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = shop.Name } });
            await Freezes.KnownAsync(shop, "others", "sale");
            await shop.ReleaseAsync("v2");
            await shop.UntilAsync("the freeze keeps v2", () => shop.Rollout.Condition("WindowClosed") == "True");
            Assert.Equal("ClusterFreezeWindow sale", shop.Rollout.Text("status", "window", "closedBy"));
            (await admin.Client.DeleteAsync(KubeKind.ClusterFreezeWindow, null, "sale", shop.Cancellation)).Done();
            await shop.UntilAsync("v2 waits for an approval", () => shop.Phase is "WaitingApproval" && Math.Abs(shop.Share("v2") - 25) < 0.01);

            // The last condition of the step holds, and the weight stays all the same.
            await MakeAsync(admin, "night", []);
            await Freezes.KnownAsync(shop, "others", "night");
            (await admin.ApproveAsync("Approve", step: 1)).Accepted();
            await shop.UntilAsync("the freeze keeps v2 at its step", () => shop.Rollout.Condition("WindowClosed") == "True");
            Assert.Equal((1, 25d), (shop.Step, shop.Share("v2")));
            (await admin.CommandAsync("Abort")).Accepted();
            await shop.AbortedAsync("v1", "v2");
        }
        finally
        {
            foreach (var name in (string[])["others", "sale", "night"])
            {
                await admin.Client.DeleteAsync(KubeKind.ClusterFreezeWindow, null, name, CancellationToken.None);
            }
        }
    }

    private static Task<JsonObject> MakeAsync(Person admin, string name, JsonObject selector) => admin.MakeAsync(
        KubeKind.ClusterFreezeWindow, name, new JsonObject { ["reason"] = "no changes now", ["start"] = "2026-01-01T00:00:00Z", ["selector"] = selector });
}
