using System.Text.Json;
using CanaryController.ApiServerStub.Faults;
using CanaryController.Resources.Api;

namespace CanaryController.Cli.Tests;

/// <summary>Reading by kubeconfig: the same pictures as over HTTP, and what can go wrong.</summary>
public sealed class ClusterTests
{
    [Theory]
    [InlineData("get shop")]
    [InlineData("get")]
    [InlineData("get -A -o yaml")]
    [InlineData("history shop")]
    [InlineData("history shop -o json")]
    public async Task The_output_is_the_one_that_the_same_document_gives_over_HTTP(string line)
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Show(FakeCluster.AtStep(2, 50));
        var view = JsonSerializer.Deserialize((await cluster.RunAsync("get shop -o json")).Output, ApiJson.Default.RolloutView)!;
        var history = JsonSerializer.Deserialize((await cluster.RunAsync("history shop -o json")).Output, ApiJson.Default.HistoryView)!;
        await using var controller = (await FakeController.StartAsync()).Then(view, history);
        controller.Rollouts.Clear();
        controller.Rollouts.Add(view);
        await CommandRun.OfAsync("get shop", controller);
        Assert.Equal(await CommandRun.OfAsync(line, controller), await cluster.RunAsync(line));
    }

    [Fact]
    public async Task One_rollout_is_shown_with_its_metrics_as_of_the_last_transition()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Show(FakeCluster.AtStep(2, 50));
        Snapshot.Matches("get-one-cluster", (await cluster.RunAsync("get shop")).Output);
    }

    [Fact]
    public async Task A_rollout_that_is_not_there_exits_with_4_and_names_those_that_are_near()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Add("shoe", "other");
        foreach (var line in (string[])["get shopp", "watch shopp", "abort shopp"])
        {
            var run = await cluster.RunAsync(line);
            Assert.Equal(4, run.Exit);
            Assert.Contains("Did you mean shop, shoe -n other?", run.Error, StringComparison.Ordinal);
        }

        Assert.Empty(cluster.Commands);
    }

    [Theory]
    [InlineData("get")]
    [InlineData("get shop")]
    [InlineData("watch shop")]
    [InlineData("abort shop")]
    public async Task A_cluster_without_our_CRDs_exits_with_4_and_says_so(string line)
    {
        await using var cluster = await FakeCluster.StartAsync(withCrds: false);
        var run = await cluster.RunAsync(line);
        Assert.Equal(4, run.Exit);
        Assert.Contains("the controller's CRDs are not installed there", run.Error, StringComparison.Ordinal);
        Assert.Contains("neither --url nor CANARY_URL names a controller", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get", "list")]
    [InlineData("get shop", "get")]
    [InlineData("watch shop", "list")]
    [InlineData("watch shop", "watch")]
    public async Task What_the_role_does_not_allow_exits_with_7_and_names_what_it_takes(string line, string verb)
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Show(FakeCluster.AtStep(1, 5));
        using var forbidden = cluster.Server.Faults.Add(Fault.Forbid(verb, "canarycontroller.io/rollouts"));
        var run = await cluster.RunAsync(line);
        Assert.Equal(7, run.Exit);
        Assert.Contains("rollouts in the API group canarycontroller.io", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Near_names_are_those_that_may_be_read()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Add("shoe", "other");
        using var forbidden = cluster.Server.Faults.Add(Fault.Forbid("list", "canarycontroller.io/rollouts") with { Times = 1 });
        Assert.Contains("Did you mean shop?", (await cluster.RunAsync("get shopp")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_that_are_not_known_exit_with_7_and_are_never_printed()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add();
        cluster.Kubeconfig = cluster.WriteKubeconfig("wrong", "token: s3cret", null);
        var run = await cluster.RunAsync("get shop");
        Assert.Equal(7, run.Exit);
        Assert.Contains("the context 'dev' of ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", run.Error + run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_exits_with_5_and_says_which_of_the_two_ways_was_taken()
    {
        await using var cluster = await FakeCluster.StartAsync();
        cluster.Server.Faults.IsUnreachable = true;
        var run = await cluster.RunAsync("get --context dev");
        Assert.Equal(5, run.Exit);
        Assert.Contains("asked because of --context", run.Error, StringComparison.Ordinal);
        Assert.Contains("give --url", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reads_are_tried_again()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add();
        cluster.Server.Faults.Add(new Fault { Times = 2, Status = 503, Reason = "ServiceUnavailable" });
        Assert.Equal(0, (await cluster.RunAsync("get shop -o json")).Exit);
    }

    [Fact]
    public async Task A_plugin_of_the_kubeconfig_gives_the_token()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add();
        var plugin = cluster.WriteKubeconfig("plugin.sh", "x: y", null);
        await File.WriteAllTextAsync(plugin, """
            #!/bin/sh
            echo '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "t-ada"}}'
            """, TestContext.Current.CancellationToken);
        cluster.Kubeconfig = cluster.WriteKubeconfig("exec", $"exec:\n  apiVersion: client.authentication.k8s.io/v1\n  command: /bin/sh\n  args: ['{plugin}']\n  interactiveMode: Never", null);
        var run = await cluster.RunAsync("get shop -o json");
        Assert.Equal((0, ""), (run.Exit, run.Error));
    }

    [Fact]
    public async Task A_long_list_is_read_in_pages()
    {
        await using var cluster = await FakeCluster.StartAsync();
        for (var number = 0; number < 501; number++)
        {
            cluster.Add($"shop-{number:000}");
        }

        var list = JsonSerializer.Deserialize((await cluster.RunAsync("get -o json")).Output, ApiJson.Default.RolloutList)!;
        Assert.Equal(501, list.Items.Count);
        Assert.Equal(2, cluster.Server.Requests.Count(request => request.Verb == "list"));
    }

    [Fact]
    public async Task Names_are_completed_from_the_cluster()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add();
        Assert.Equal("shop\tIdle\n", (await cluster.RunAsync("__complete -- \"promote sh\"")).Output);
    }
}
