using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes;

/// <summary>The controller and its way to the API server fail; traffic does not notice.</summary>
public sealed class FailureTests(Cluster cluster, ITestOutputHelper output)
{
    private const int Kills = 50;

    /// <summary>Steps that are left as soon as they are reached: there is something to do wrong all the time.</summary>
    private const string Many = """
        [{"weight": 5}, {"weight": 10}, {"weight": 15}, {"weight": 20}, {"weight": 25}, {"weight": 30}, {"weight": 35}, {"weight": 40}, {"weight": 45}, {"weight": 50},
        {"weight": 55}, {"weight": 60}, {"weight": 65}, {"weight": 70}, {"weight": 75}, {"weight": 80}, {"weight": 85}, {"weight": 90}, {"weight": 95}, {"weight": 100}]
        """;
    private const int Stalls = 6;

    /// <summary>Longer than a Lease is believed: the other one leads when the stalled one goes on.</summary>
    private const int LongMilliseconds = 17_000;

    /// <summary>Replays the random moments of a failed run.</summary>
    private const string SeedVariable = "CANARY_E2E_SEED";

    [Fact]
    public Task A_controller_that_is_killed_50_times_in_one_rollout_promotes_it_all_the_same() => cluster.RunAsync(
        new ShopOptions { IsAlone = true, Steps = Many, Limit = 2 * ShopOptions.DefaultLimit, ProgressDeadline = "10m" },
        async shop =>
        {
            var random = Seeded();
            var release = 2;
            await shop.ReleaseAsync($"v{release}");
            for (var kill = 0; kill < Kills; kill++)
            {
                await shop.AfterAsync(TimeSpan.FromMilliseconds(random.Next(0, 600)));
                await shop.Controller.KillAsync();
                await shop.Controller.StartAsync(shop.Cancellation);
                if (shop.Phase is "Promoted" && shop.Rollout.Text("status", "stableRevision") == shop.ReplicaSet($"v{release}").Hash())
                {
                    // Done before the last kill: the others hit the next one.
                    await shop.ReleaseAsync($"v{++release}");
                }
            }

            await shop.PromotedAsync($"v{release}", TimeSpan.FromSeconds(120));
            output.WriteLine($"{release - 1} revisions were promoted");
        });

    [Fact]
    public Task Of_two_controllers_one_that_stalls_and_goes_on_does_no_harm() => cluster.RunAsync(
        new ShopOptions { IsAlone = true, Steps = """[{"weight": 25, "hold": "1s"}, {"weight": 50, "hold": "1s"}, {"weight": 100, "hold": "1s"}]""" },
        async shop =>
        {
            var random = Seeded();
            var second = await shop.Stage.StartControllerAsync(shop.Home, [shop.Namespace], shop.Cancellation);
            for (var (stall, release) = (0, 1); stall < Stalls; stall++)
            {
                // There is always something to do wrong: a revision is under way, or begins.
                if (shop.Rollout.Text("status", "stableRevision") == shop.ReplicaSet($"v{release}").Hash())
                {
                    await shop.ReleaseAsync($"v{++release}");
                }

                var stalled = stall % 4 < 2 ? shop.Controller : second;
                await shop.AfterAsync(TimeSpan.FromMilliseconds(random.Next(0, 2_500)));
                stalled.Pause();
                await shop.AfterAsync(TimeSpan.FromMilliseconds(stall % 2 == 0 ? LongMilliseconds + random.Next(0, 1_500) : random.Next(500, 2_500)));
                stalled.Continue();
            }

            var last = shop.Deployment.Text("spec", "template", "metadata", "labels", "release")!;
            await shop.PromotedAsync(last, TimeSpan.FromSeconds(120));
            await second.StopAsync();
        });

    [Fact]
    public async Task An_API_server_that_is_out_of_reach_for_30_seconds_in_the_middle_changes_nothing()
    {
        await cluster.RunAsync(new ShopOptions { IsAlone = true, Steps = """[{"weight": 25, "hold": "3s"}, {"weight": 50, "hold": "3s"}, {"weight": 100, "hold": "1s"}]""" }, async shop =>
        {
            await shop.Controller.StopAsync();
            var forwarder = shop.Stage.NewForwarder();
            await using (forwarder)
            {
                var controller = await shop.Stage.StartControllerAsync(shop.Home, [shop.Namespace], shop.Cancellation, forwarder);
                await shop.ReleaseAsync("v2");
                await shop.UntilStepAsync(1, "v2", 25);
                forwarder.Cut();
                await shop.AfterAsync(TimeSpan.FromSeconds(30));
                Assert.Equal(25, shop.Share("v2"), 0.01);
                forwarder.Mend();
                await shop.PromotedAsync("v2");
                await controller.StopAsync();
                await shop.Controller.StartAsync(shop.Cancellation);
            }
        });
    }

    [Fact]
    public Task A_controller_that_is_stopped_in_the_middle_lets_the_next_one_go_on() => cluster.RunAsync(new ShopOptions { IsAlone = true, Steps = ShopOptions.Held(25, 50) }, async shop =>
    {
        await shop.ReleaseAsync("v2");
        await shop.UntilStepAsync(1, "v2", 25);
        await shop.Controller.StopAsync();
        await shop.Controller.StartAsync(shop.Cancellation);
        await shop.CommandAsync("Skip");
        await shop.UntilStepAsync(2, "v2", 50);
        await shop.CommandAsync("Promote");
        await shop.PromotedAsync("v2");
    });

    private Random Seeded()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), out var asked) ? asked : (int)(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() % int.MaxValue);
        output.WriteLine($"{SeedVariable}={seed}");
        Console.Error.WriteLine($"{SeedVariable}={seed}");
        return new Random(seed);
    }
}
