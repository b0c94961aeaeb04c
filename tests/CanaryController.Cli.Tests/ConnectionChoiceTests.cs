using CanaryController.Cli.Hosting;

namespace CanaryController.Cli.Tests;

/// <summary>Whether a controller's address is asked or a cluster.</summary>
public sealed class ConnectionChoiceTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("canary-home-").FullName;

    public ConnectionChoiceTests()
    {
        Directory.CreateDirectory(Path.Combine(_home, ".kube"));
        File.WriteAllText(Path.Combine(_home, ".kube", "config"), "{}");
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData(null, null, null, null, false, "", null)]
    [InlineData(null, null, null, null, false, "HOME", "the kubeconfig, since neither --url nor CANARY_URL names a controller")]
    [InlineData(null, null, null, null, false, "HOME CANARY_URL", null)]
    [InlineData(null, null, null, null, false, "HOME CANARY_TOKEN_FILE", null)]
    [InlineData(null, null, null, null, true, "HOME CANARY_URL", "the name kubectl-canary")]
    [InlineData("http://x", null, null, null, true, "HOME", null)]
    [InlineData(null, "--token-file", null, null, false, "HOME", null)]
    [InlineData(null, null, "file", null, false, "CANARY_URL", "--kubeconfig")]
    [InlineData(null, null, null, "dev", false, "CANARY_URL", "--context")]
    public void What_was_said_comes_before_what_is_there(string? url, string? httpOnly, string? kubeconfig, string? context, bool isPlugin, string set, string? why) =>
        Assert.Equal(why, ConnectionChoice.WhyCluster(url, httpOnly, kubeconfig, context, isPlugin, name => set.Split(' ').Contains(name) ? (name == "HOME" ? _home : "set") : null));

    [Theory]
    [InlineData("get --url http://127.0.0.1:1 --context dev", "--url is for a controller's address, --context for a cluster: give one of the two.")]
    [InlineData("get --kubeconfig f --token-file t", "--token-file is for a controller's address, --kubeconfig for a cluster")]
    [InlineData("get --kubeconfig /none/there", "/none/there")]
    [InlineData("get --context dev", "There is no kubeconfig, but the cluster is to be asked (--context)")]
    public async Task A_choice_that_makes_no_sense_exits_with_3(string line, string says)
    {
        var run = await CommandRun.OfAsync(line);
        Assert.Equal(3, run.Exit);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_context_that_there_is_not_exits_with_3_and_is_named()
    {
        await using var cluster = await FakeCluster.StartAsync();
        var run = await cluster.RunAsync("get --context staging");
        Assert.Equal(3, run.Exit);
        Assert.Contains("staging", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_namespace_is_the_contexts_unless_another_is_said()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add("shop", "prod").Add("cart");
        Assert.Contains("shop", (await cluster.RunAsync("get --context other")).Output, StringComparison.Ordinal);
        Assert.Contains("cart", (await cluster.RunAsync("get")).Output, StringComparison.Ordinal);
        Assert.Contains("cart", (await cluster.RunAsync("get --context other -n default")).Output, StringComparison.Ordinal);
        Assert.Contains("cart", (await cluster.RunAsync("get --context other", environment => environment with
        {
            Variable = name => name == "CANARY_NAMESPACE" ? "default" : environment.Variable(name),
        })).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_kubectls_plugin_the_cluster_is_asked_though_CANARY_URL_is_set()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add();
        var run = await cluster.RunAsync("get", environment => environment with
        {
            ProgramName = "kubectl canary",
            Variable = name => name == "CANARY_URL" ? "http://127.0.0.1:1" : environment.Variable(name),
        });
        Assert.Equal((0, ""), (run.Exit, run.Error));
    }

    [Fact]
    public async Task An_address_that_does_not_answer_names_the_way_to_a_cluster() =>
        Assert.Contains("To ask a Kubernetes cluster instead, give --kubeconfig or --context.", (await CommandRun.OfAsync("get --url http://127.0.0.1:1")).Error, StringComparison.Ordinal);
}
