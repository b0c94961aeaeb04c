using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;

namespace CanaryController.Cli.Tests;

/// <summary>Freezes and break-glass, over HTTP and by kubeconfig.</summary>
public sealed class FreezeTests
{
    [Fact]
    public async Task A_freeze_is_made_from_now_for_a_while_listed_and_ended()
    {
        await using var controller = await FakeController.StartAsync();
        var made = await CommandRun.OfAsync("freeze create sale --for 48h --reason \"no changes during the sale\" --rollout shop", controller);
        Assert.Equal((0, ""), (made.Exit, made.Error));
        var sent = Assert.Single(controller.Freezes);
        Assert.Equal((TimeSpan.FromHours(48), "no changes during the sale"), (sent.End - sent.Start, sent.Reason));
        Assert.StartsWith("sale holds up shop, from ", made.Output, StringComparison.Ordinal);

        Assert.Contains("no changes during the sale", (await CommandRun.OfAsync("freeze list", controller)).Output, StringComparison.Ordinal);
        var ended = await CommandRun.OfAsync("freeze end sale", controller);
        Assert.Equal((0, "There are no freezes.\n"), (ended.Exit, ended.Output));
        Assert.Equal(4, (await CommandRun.OfAsync("freeze end sale", controller)).Exit);
    }

    [Theory]
    [InlineData("freeze create sale --for 2", "--for '2' is no duration")]
    [InlineData("freeze create sale --for \"2 days\" --reason x", "Did you mean 48h?")]
    [InlineData("freeze create sale --for 1h", "--reason")]
    [InlineData("break-glass shop", "--reason")]
    public async Task A_freeze_without_a_duration_that_can_be_read_or_without_a_reason_is_a_misuse(string line, string says)
    {
        await using var controller = await FakeController.StartAsync();
        var run = await CommandRun.OfAsync(line, controller);
        Assert.Equal(3, run.Exit);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
        Assert.Empty(controller.Freezes);
    }

    [Fact]
    public async Task Break_glass_sends_the_revision_and_the_reason()
    {
        await using var controller = await FakeController.StartAsync();
        var run = await CommandRun.OfAsync("break-glass shop --revision v2 --reason \"the shop is down\"", controller);
        Assert.Equal(0, run.Exit);
        var sent = Assert.Single(controller.Commands);
        Assert.Equal((RolloutAction.BreakGlass, "v2", "the shop is down"), (sent.Action, sent.Revision, sent.Reason));
    }

    [Fact]
    public async Task By_kubeconfig_a_freeze_is_an_object()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add();
        var made = await cluster.RunAsync("freeze create sale --for 2h --reason \"a sale\"");
        Assert.Equal((0, ""), (made.Exit, made.Error));
        Assert.Equal("a sale", (string?)cluster.Server.Store.Find("canarycontroller.io/freezewindows", "default", "sale")!["spec"]!["reason"]);
        cluster.Server.Store.Create("canarycontroller.io/clusterfreezewindows", JsonNode.Parse("""
            {"apiVersion": "canarycontroller.io/v1alpha1", "kind": "ClusterFreezeWindow", "metadata": {"name": "year-end"}, "spec": {"reason": "holidays", "dates": ["12-31"]}}
            """)!.AsObject());

        var listed = await cluster.RunAsync("freeze list");
        Assert.Equal((0, ""), (listed.Exit, listed.Error));
        Assert.Contains("all rollouts, on 12-31 (UTC)", listed.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await cluster.RunAsync("freeze end sale")).Exit);
        Assert.Null(cluster.Server.Store.Find("canarycontroller.io/freezewindows", "default", "sale"));
        Assert.Equal(4, (await cluster.RunAsync("freeze end sale")).Exit);
    }
}
