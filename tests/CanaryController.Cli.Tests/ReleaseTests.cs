using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Faults;

namespace CanaryController.Cli.Tests;

/// <summary>A rollout is left alone, and led again, by a mark on the object.</summary>
public sealed class ReleaseTests
{
    private const string Rollouts = "canarycontroller.io/rollouts";

    [Fact]
    public async Task A_release_waits_until_all_is_given_back_and_says_what_is_waited_for()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Hold().Obey();
        var run = await cluster.RunAsync("release shop");
        Assert.Equal((0, "shop: Released.\n"), (run.Exit, run.Output));
        Assert.Equal("default/shop: Leaving: Leaving waits for clients.\ndefault/shop: left.\n", run.Error.Replace("default/shop: Released: Released.\n", "", StringComparison.Ordinal));
        Assert.True(cluster.IsMarked("shop"));
        Assert.False(cluster.IsHeld("shop"));
    }

    [Fact]
    public async Task A_rollout_is_adopted_again()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Hold().Obey();
        Assert.Equal(0, (await cluster.RunAsync("release shop")).Exit);
        var run = await cluster.RunAsync("adopt shop");
        Assert.Equal(0, run.Exit);
        Assert.EndsWith("default/shop: led.\n", run.Error, StringComparison.Ordinal);
        Assert.False(cluster.IsMarked("shop"));
        Assert.True(cluster.IsHeld("shop"));
    }

    [Fact]
    public async Task One_that_never_was_valid_is_named_and_not_waited_for()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Hold().Add("cart").Obey();
        Assert.Equal(0, (await cluster.RunAsync("release shop")).Exit);
        cluster.Wrong("cart");
        var run = await cluster.RunAsync("adopt --all");
        Assert.Equal(1, run.Exit);
        Assert.Contains("default/cart: not led; correct the Rollout, and it is.", run.Error, StringComparison.Ordinal);
        Assert.Contains("default/cart cannot be led: Invalid: It never was valid.", run.Error, StringComparison.Ordinal);
        Assert.True(cluster.IsHeld("shop"));
        Assert.False(cluster.IsMarked("cart"));
    }

    [Fact]
    public async Task All_are_released_and_those_that_nobody_leads_at_once()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Hold().Add("cart").Add("web", "prod").Hold("web", "prod").Obey();
        var run = await cluster.RunAsync("release --all -A -o json");
        Assert.Equal(0, run.Exit);
        Assert.Equal(["cart", "shop", "web"], JsonNode.Parse(run.Output)!["items"]!.AsArray().Select(item => (string?)item!["name"]));
        Assert.All([("shop", "default"), ("cart", "default"), ("web", "prod")], each => Assert.True(cluster.IsMarked(each.Item1, each.Item2) && !cluster.IsHeld(each.Item1, each.Item2)));
        Assert.Contains("default/cart: left.", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "release --all", "There are no rollouts in the namespace 'default'. There is nothing to do.\n")]
    [InlineData(true, "release --all -A", "There are no rollouts. There is nothing to do.\n")]
    [InlineData(false, "release --all -A", "The cluster knows no Rollouts: the controller's CRDs are not installed. There is nothing to do.\n")]
    [InlineData(true, "adopt --all -A", "There are no rollouts that were released. There is nothing to do.\n")]
    public async Task Where_there_is_nothing_to_do_it_is_done(bool withCrds, string line, string says)
    {
        await using var cluster = await FakeCluster.StartAsync(withCrds);
        var run = await cluster.RunAsync(line);
        Assert.Equal((0, says, ""), (run.Exit, run.Output, run.Error));
    }

    [Fact]
    public async Task One_that_is_being_deleted_is_waited_for_and_not_marked()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Hold();
        cluster.Server.Store.Delete(Rollouts, "default", "shop");
        var looks = 0;
        cluster.Server.Faults.Add(new Fault
        {
            Matches = request =>
            {
                // The controller is done while somebody looks for the third time.
                if (request is { Verb: "list", Resource: Rollouts } && ++looks == 3)
                {
                    cluster.Drop("shop");
                }

                return false;
            },
        });
        var run = await cluster.RunAsync("release --all");
        Assert.Equal((0, "default/shop: it is gone.\n"), (run.Exit, run.Error));
        Assert.Equal("All are gone, and everything was given back.\n", run.Output);
        Assert.DoesNotContain(cluster.Server.Requests.All, request => request.Verb == "patch");
    }

    [Fact]
    public async Task Without_a_controller_it_says_so_and_what_to_do_and_exits_with_2()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Hold();
        var run = await cluster.RunAsync("release shop --timeout 60ms", environment => environment with { AnswerPatience = TimeSpan.FromMilliseconds(5) });
        Assert.Equal((2, ""), (run.Exit, run.Output));
        Assert.StartsWith("No controller has answered for 5ms. Does one run,", run.Error, StringComparison.Ordinal);
        Assert.Contains("After 60ms 1 rollout is not left; what was asked for stays, and is done as soon as it can be. No controller answered.", run.Error, StringComparison.Ordinal);
        Assert.Contains("When the controller is dead already", run.Error, StringComparison.Ordinal);
        Assert.Contains("  default/shop: the controller has said nothing yet.", run.Error, StringComparison.Ordinal);
        Assert.True(cluster.IsMarked("shop"));
    }

    [Fact]
    public async Task A_mark_that_is_refused_does_not_keep_the_others()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Hold().Add("cart").Hold("cart").Obey();
        cluster.Server.Faults.Add(new Fault { Matches = request => request is { Verb: "patch", Name: "cart" }, Status = 403, Reason = "Forbidden" });
        var run = await cluster.RunAsync("release --all");
        Assert.Equal(7, run.Exit);
        Assert.Contains("get, list and patch on rollouts", run.Error, StringComparison.Ordinal);
        Assert.False(cluster.IsHeld("shop"));
        Assert.True(cluster.IsHeld("cart"));
    }

    [Fact]
    public async Task An_API_server_that_is_away_for_a_moment_is_waited_for()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Hold().Obey();
        cluster.Server.Faults.Add(Fault.AtWrite(1, FaultMoment.Before, request => request is { Verb: "patch" }));
        Assert.Equal(0, (await cluster.RunAsync("release shop")).Exit);
        Assert.False(cluster.IsHeld("shop"));
    }

    [Theory]
    [InlineData("release")]
    [InlineData("release shop --all")]
    [InlineData("release shop -A")]
    [InlineData("adopt")]
    [InlineData("release shop --url http://127.0.0.1:1")]
    [InlineData("restart shop --url http://127.0.0.1:1")]
    public async Task What_makes_no_sense_exits_with_3(string line)
    {
        await using var cluster = await FakeCluster.StartAsync();
        Assert.Equal(3, (await cluster.RunAsync(line)).Exit);
    }

    [Theory]
    [InlineData("release")]
    [InlineData("adopt")]
    [InlineData("restart")]
    public async Task A_rollout_that_there_is_not_exits_with_4(string command)
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add();
        var run = await cluster.RunAsync($"{command} shp");
        Assert.Equal(4, run.Exit);
        Assert.Contains("Did you mean shop?", run.Error, StringComparison.Ordinal);
    }
}
