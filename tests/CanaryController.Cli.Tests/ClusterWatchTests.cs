using CanaryController.Core.Rollouts;

namespace CanaryController.Cli.Tests;

/// <summary><c>watch</c> and <c>wait</c> by kubeconfig follow the object by a watch.</summary>
public sealed class ClusterWatchTests
{
    [Fact]
    public async Task Watch_logs_each_change_once_and_ends_when_the_revision_is_promoted()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Show(FakeCluster.AtStep(1, 5));
        var run = await WatchAsync(cluster, (_, line) =>
        {
            if (line.Contains("v2 gets 5 %", StringComparison.Ordinal))
            {
                cluster.Show(FakeCluster.AtStep(2, 50));
            }
            else if (line.Contains("v2 gets 50 %", StringComparison.Ordinal))
            {
                cluster.Show(FakeCluster.Promoted());
            }
        });
        Assert.Equal((0, ""), (run.Exit, run.Error));
        Snapshot.Matches("watch-lines-cluster", run.Output);
        Assert.Equal(["list", "watch"], cluster.Server.Requests.All.Select(request => request.Verb));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_watch_that_breaks_is_taken_up_again_also_from_far_back(bool expire)
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Show(FakeCluster.AtStep(1, 5));
        var run = await WatchAsync(cluster, (count, _) =>
        {
            if (count == 1)
            {
                if (expire)
                {
                    cluster.Server.Faults.ExpireHistory();
                }

                cluster.Server.Faults.DropWatches();
                cluster.Show(FakeCluster.Promoted());
            }
        });
        Assert.Equal((0, ""), (run.Exit, run.Error));
    }

    [Fact]
    public async Task A_server_that_is_away_for_a_moment_is_waited_for()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Show(FakeCluster.AtStep(1, 5));
        var run = await WatchAsync(cluster, (count, line) =>
        {
            if (count == 1)
            {
                cluster.Server.Faults.IsUnreachable = true;
            }
            else if (line.StartsWith("Cannot reach the API server", StringComparison.Ordinal))
            {
                cluster.Show(FakeCluster.Promoted());
                cluster.Server.Faults.IsUnreachable = false;
            }
        });
        Assert.Equal(0, run.Exit);
        Assert.Contains("It answers again.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollout_that_is_deleted_meanwhile_exits_with_4()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Show(FakeCluster.AtStep(1, 5));
        var run = await WatchAsync(cluster, (_, _) => cluster.Server.Store.Delete("canarycontroller.io/rollouts", "default", "shop"));
        Assert.Equal(4, run.Exit);
    }

    [Theory]
    [InlineData("wait shop --for promoted --timeout 50ms", 2)]
    [InlineData("wait shop --for paused", 0)]
    public async Task Wait_ends_when_the_state_is_there_or_the_time_is_up(string line, int exit)
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add()
            .Show(exit == 0 ? FakeCluster.AtStep(1, 5) with { Phase = RolloutPhase.Paused, PausedFrom = RolloutPhase.Progressing } : FakeCluster.AtStep(1, 5));
        Assert.Equal(exit, (await cluster.RunAsync(line)).Exit);
    }

    private static Task<CommandRun> WatchAsync(FakeCluster cluster, Action<int, string> heard)
    {
        var count = 0;
        return cluster.RunAsync("watch shop", environment => environment with { Output = new Listener(environment.Output, line => heard(++count, line)) });
    }

    /// <summary>Tells of each line before it is written.</summary>
    private sealed class Listener(TextWriter inner, Action<string> heard) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            heard(value ?? "");
            inner.WriteLine(value);
        }
    }
}
