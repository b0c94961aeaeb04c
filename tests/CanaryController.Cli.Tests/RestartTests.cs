using System.Text.Json.Nodes;
using CanaryController.Cli.Hosting;
using CanaryController.Core.Rollouts;

namespace CanaryController.Cli.Tests;

/// <summary>A held Deployment is restarted as <c>kubectl rollout restart</c> would.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task The_template_gets_the_annotation_of_kubectl_and_nothing_else_changes()
    {
        await using var cluster = await StartAsync(FakeCluster.Promoted());
        var before = Template(cluster).DeepClone().AsObject();
        var run = await cluster.RunAsync("restart shop");
        Assert.Equal((0, "Deployment web: a restart was asked for. The new pods take all steps; 'watch shop' follows them.\n", ""), (run.Exit, run.Output, run.Error));
        before["metadata"]!["annotations"] = new JsonObject { ["kubectl.kubernetes.io/restartedAt"] = "2026-03-01T12:00:00Z" };
        Assert.True(JsonNode.DeepEquals(before, Template(cluster)), Template(cluster).ToJsonString());
    }

    [Fact]
    public async Task While_a_revision_is_under_way_it_takes_force()
    {
        await using var cluster = await StartAsync(FakeCluster.AtStep(2, 50));
        var run = await cluster.RunAsync("restart shop");
        Assert.Equal((1, ""), (run.Exit, run.Output));
        Assert.StartsWith("v2 is under way (Progressing): a restart would supersede it, and start from 0 % again.", run.Error, StringComparison.Ordinal);
        Assert.Null(Template(cluster)["metadata"]!["annotations"]);
        Assert.Equal(0, (await cluster.RunAsync("restart shop --force")).Exit);
        Assert.NotNull(Template(cluster)["metadata"]!["annotations"]);
    }

    [Fact]
    public async Task A_revision_that_was_rolled_back_is_not_tried_again_by_the_way()
    {
        await using var cluster = await StartAsync(FakeCluster.AtStep(2, 0) with { Phase = RolloutPhase.Aborted });
        var run = await cluster.RunAsync("restart shop");
        Assert.Equal(1, run.Exit);
        Assert.StartsWith("v2 was rolled back, and the Deployment still asks for it: a restart would try it again under a new name.", run.Error, StringComparison.Ordinal);
        cluster.Show(FakeCluster.AtStep(2, 0) with { Phase = RolloutPhase.Aborted, TargetRevision = "v1" });
        Assert.Equal(0, (await cluster.RunAsync("restart shop")).Exit);
    }

    [Fact]
    public async Task Pods_that_nobody_leads_are_replaced_without_steps()
    {
        await using var cluster = await StartAsync(null);
        Assert.Contains("all pods are replaced without steps", (await cluster.RunAsync("restart shop")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Versions_of_somebody_else_are_his_to_restart()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add();
        var run = await cluster.RunAsync("restart shop");
        Assert.Equal(1, run.Exit);
        Assert.Contains("run by somebody else (kind External)", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Deployment_that_there_is_not_exits_with_4()
    {
        await using var cluster = await StartAsync(FakeCluster.Promoted());
        cluster.Server.Store.Delete("apps/deployments", "default", "web");
        var run = await cluster.RunAsync("restart shop");
        Assert.Equal((int)ExitCode.NotFound, run.Exit);
        Assert.Contains("There is no Deployment 'web' in the namespace 'default'", run.Error, StringComparison.Ordinal);
    }

    private static JsonObject Template(FakeCluster cluster) => cluster.Server.Store.Find("apps/deployments", "default", "web")!["spec"]!["template"]!.AsObject();

    private static async Task<FakeCluster> StartAsync(RolloutState? state)
    {
        var cluster = (await FakeCluster.StartAsync()).AddLed("shop", "web");
        return state is null ? cluster : cluster.Show(state);
    }
}
