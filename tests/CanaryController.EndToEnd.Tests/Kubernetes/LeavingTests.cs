using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes;

/// <summary>A Rollout that is deleted leaves everything as if it had never been there, on stable.</summary>
public sealed class LeavingTests(Cluster cluster)
{
    /// <summary>When it is deleted, how, and what is stable then.</summary>
    public static TheoryData<string, string> Moments()
    {
        var rows = new TheoryData<string, string>();
        foreach (var moment in (string[])["at rest", "at the very beginning", "at step 1", "at weight 100", "while paused", "while promoting", "after an abort", "after a promotion"])
        {
            foreach (var propagation in (string[])["Background", "Foreground", "Orphan"])
            {
                rows.Add(moment, propagation);
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public Task A_deleted_Rollout_leaves_stable_as_it_was(string moment, string propagation) => cluster.RunAsync(new ShopOptions { Steps = ShopOptions.Held(50, 100) }, async shop =>
    {
        await BringToAsync(shop, moment);
        var pods = shop.Serving("v1").Union(shop.Serving("v2")).ToHashSet(StringComparer.Ordinal);
        (await shop.Client.DeleteAsync(KubeKind.Rollout, shop.Namespace, shop.Name, shop.Cancellation, propagation)).Done();
        await shop.UntilAsync("the Rollout is gone", () => shop.Rollout is null);

        // A promotion that has begun to hand over is finished before the controller leaves; else it is taken back.
        var stable = moment == "after a promotion" || (moment == "while promoting" && shop.Deployment.Text("spec", "template", "metadata", "labels", "release") == "v2") ? "v2" : "v1";
        await shop.LeftAsync(stable);

        Assert.True(moment == "while promoting" || shop.Serving(stable).All(pods.Contains), "pods of stable were made again");
    });

    [Theory]
    [InlineData("at step 1")]
    [InlineData("after an abort")]
    [InlineData("after a promotion")]
    public Task A_Rollout_whose_status_cannot_be_read_leaves_as_far_as_its_marks_tell(string moment) => cluster.RunAsync(new ShopOptions { Steps = ShopOptions.Held(50, 100) }, async shop =>
    {
        await BringToAsync(shop, moment);
        var nonsense = new JsonObject { ["status"] = new JsonObject { ["state"] = new JsonObject { ["phase"] = "Nonsense" } } };
        (await shop.Client.MergeAsync(KubeKind.Rollout, shop.Namespace, shop.Name, nonsense, shop.Cancellation, "status")).Done();
        (await shop.Client.DeleteAsync(KubeKind.Rollout, shop.Namespace, shop.Name, shop.Cancellation)).Done();
        await shop.LeftAsync(moment == "after a promotion" ? "v2" : "v1");
    });

    [Theory]
    [InlineData("at rest", "v1")]
    [InlineData("at step 1", "v1")]
    [InlineData("after a promotion", "v2")]
    public Task A_Rollout_whose_status_cannot_be_read_is_released_and_adopted_as_any_other(string moment, string stable) => cluster.RunAsync(new ShopOptions { Steps = ShopOptions.Held(50, 100) }, async shop =>
    {
        await BringToAsync(shop, moment);
        var nonsense = new JsonObject { ["status"] = new JsonObject { ["state"] = new JsonObject { ["phase"] = "Nonsense" } } };
        (await shop.Client.MergeAsync(KubeKind.Rollout, shop.Namespace, shop.Name, nonsense, shop.Cancellation, "status")).Done();
        await shop.MarkAsync("true");
        await shop.LeftAsync(stable, isReleased: true);
        await shop.MarkAsync(null);
        await shop.UntilAsync("the controller leads it", () => shop.Phase is "Idle" && shop.IsHeld && shop.Rollout.Text("status", "stableRevision") == shop.ReplicaSet(stable).Hash());
    });

    [Fact]
    public Task A_Rollout_whose_text_was_broken_while_nobody_looked_leaves() => cluster.RunAsync(new ShopOptions { IsAlone = true, Steps = ShopOptions.Held(50) }, async shop =>
    {
        await shop.ReleaseAsync("v2");
        await shop.UntilStepAsync(1, "v2", 50);
        await shop.Controller.StopAsync();
        var metric = new JsonObject { ["name"] = "ok", ["builtin"] = "RequestSuccessRate", ["threshold"] = new JsonObject { ["min"] = 0.99 } };
        var broken = new JsonObject { ["spec"] = new JsonObject { ["analysis"] = new JsonObject { ["metrics"] = new JsonArray(metric) } } };
        (await shop.Client.MergeAsync(KubeKind.Rollout, shop.Namespace, shop.Name, broken, shop.Cancellation)).Done();
        await shop.Controller.StartAsync(shop.Cancellation);
        await shop.UntilAsync("the text is found broken", () => shop.Rollout.Items("status", "conditions").Any(each => each.Text("type") == "Stalled" && each.Text("status") == "True"));
        Assert.NotEqual(0, await ProblemsAsync(shop));
        (await shop.Client.DeleteAsync(KubeKind.Rollout, shop.Namespace, shop.Name, shop.Cancellation)).Done();
        await shop.LeftAsync("v1");
        for (var tried = 0; await ProblemsAsync(shop) > 0; tried++)
        {
            Assert.True(tried < 100, "the problems of a Rollout that is gone still count");
            await shop.AfterAsync(TimeSpan.FromMilliseconds(50));
        }
    });

    [Fact]
    public Task A_namespace_that_is_deleted_in_the_middle_goes() => cluster.RunAsync(new ShopOptions { IsAlone = true, Steps = ShopOptions.Held(50) }, async shop =>
    {
        await shop.ReleaseAsync("v2");
        await shop.UntilStepAsync(1, "v2", 50);
        shop.Disturbances.IsLeaving = true;
        (await shop.Client.DeleteAsync(KubeKind.Namespace, null, shop.Namespace, shop.Cancellation)).Done();
        await shop.UntilAsync("the Rollout is gone", () => shop.Rollout is null, TimeSpan.FromSeconds(60));
        for (var tried = 0; !(await shop.Client.GetAsync(KubeKind.Namespace, null, shop.Namespace, shop.Cancellation)).IsNotFound; tried++)
        {
            Assert.True(tried < 60, "the namespace does not go");
            await shop.AfterAsync(TimeSpan.FromSeconds(1));
        }
    });

    [Fact]
    public Task A_Rollout_that_comes_back_leads_again() => cluster.RunAsync(new ShopOptions { Steps = """[{"weight": 50, "hold": "1s"}]""" }, async shop =>
    {
        (await shop.Client.DeleteAsync(KubeKind.Rollout, shop.Namespace, shop.Name, shop.Cancellation)).Done();
        await shop.LeftAsync("v1");
        (await shop.Client.CreateAsync(KubeKind.Rollout, shop.Namespace, shop.Manifests.Rollout(), shop.Cancellation)).Done();
        await shop.UntilAsync("the controller leads it", () => shop.Phase is "Idle" && shop.IsHeld);
        await shop.ReleaseAsync("v2");
        await shop.PromotedAsync("v2");
    });

    [Theory]
    [InlineData("at rest", "v1")]
    [InlineData("at step 1", "v1")]
    [InlineData("after an abort", "v1")]
    [InlineData("after a promotion", "v2")]
    public Task A_Rollout_that_was_released_is_left_and_leads_again_once_it_is_adopted(string moment, string stable) => cluster.RunAsync(new ShopOptions { Steps = ShopOptions.Held(50) }, async shop =>
    {
        await BringToAsync(shop, moment);
        var sequence = shop.Rollout.Items("status", "transitions").Max(each => each.Int("sequence") ?? 0);
        var pods = shop.Serving(stable);
        await shop.MarkAsync("true");
        await shop.LeftAsync(stable, isReleased: true);
        Assert.Subset(pods.ToHashSet(StringComparer.Ordinal), shop.Serving(stable).ToHashSet(StringComparer.Ordinal));
        Assert.Equal("Refused", await shop.AskAsync("Pause"));

        await shop.MarkAsync(null);
        await shop.UntilAsync("the controller leads it", () => shop.Phase is "Idle" && shop.IsHeld && shop.Rollout.Text("status", "stableRevision") == shop.ReplicaSet(stable).Hash());
        Assert.True(shop.Rollout.Items("status", "transitions").Max(each => each.Int("sequence") ?? 0) > sequence + 1, "transitions are counted anew");
        await shop.ReleaseAsync("v3");
        await shop.UntilStepAsync(1, "v3", 50);
        await shop.CommandAsync("Promote");
        await shop.PromotedAsync("v3");
    });

    [Fact]
    public Task What_was_released_another_Rollout_may_lead_and_one_only() => cluster.RunAsync(new ShopOptions(), async shop =>
    {
        await shop.MarkAsync("true");
        await shop.LeftAsync("v1", isReleased: true);
        var other = shop.Manifests.Rollout();
        other["metadata"]!["name"] = $"{shop.Name}-b";
        (await shop.Client.CreateAsync(KubeKind.Rollout, shop.Namespace, other, shop.Cancellation)).Done();
        await shop.UntilAsync("the other one leads", () => shop.View.Find(KubeKind.Rollout, $"{shop.Name}-b").Text("status", "phase") is "Idle" && shop.IsHeld);

        await shop.MarkAsync(null);
        await shop.UntilAsync("the first one may not", () => shop.Rollout.Text("status", "phase") is "Invalid");
        (await shop.Client.DeleteAsync(KubeKind.Rollout, shop.Namespace, $"{shop.Name}-b", shop.Cancellation)).Done();
        await shop.UntilAsync("the first one leads again", () => shop.Phase is "Idle" && shop.Rollout.Text("status", "stableRevision") is not null && shop.IsHeld);
    });

    /// <summary>How many problems the controller counts in the texts of all rollouts that it leads.</summary>
    private static async Task<int> ProblemsAsync(Shop shop)
    {
        const string Name = "canary_resource_problems ";
        var lines = (await shop.Controller.MetricsAsync(shop.Cancellation)).Split('\n');
        return int.Parse(lines.Single(line => line.StartsWith(Name, StringComparison.Ordinal)).AsSpan(Name.Length), CultureInfo.InvariantCulture);
    }

    private static async Task BringToAsync(Shop shop, string moment)
    {
        if (moment == "at rest")
        {
            return;
        }

        await shop.ReleaseAsync("v2");
        if (moment == "at the very beginning")
        {
            await shop.UntilAsync("it begins", () => shop.Phase is not "Idle");
            return;
        }

        await shop.UntilStepAsync(1, "v2", 50);
        switch (moment)
        {
            case "at weight 100":
                await shop.CommandAsync("Skip");
                await shop.UntilStepAsync(2, "v2", 100);
                break;
            case "while paused":
                await shop.CommandAsync("Pause");
                break;
            case "while promoting":
                await shop.CommandAsync("Promote");
                break;
            case "after an abort":
                await shop.CommandAsync("Abort");
                await shop.AbortedAsync("v1", "v2");
                break;
            case "after a promotion":
                await shop.CommandAsync("Promote");
                await shop.PromotedAsync("v2");
                break;
            default:
                break;
        }
    }
}
