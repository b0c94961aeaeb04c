using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes;

/// <summary>A revision that is not wanted goes away, and stable has never been touched.</summary>
public sealed class AbortTests(Cluster cluster)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public Task An_abort_at_any_step_returns_all_traffic_to_the_same_pods(int step) => cluster.RunAsync(
        new ShopOptions { Steps = ShopOptions.Held(25, 50, 100) },
        async shop =>
        {
            var stable = shop.Serving("v1");
            await shop.ReleaseAsync("v2");
            int[] weights = [25, 50, 100];
            for (var at = 1; at < step; at++)
            {
                await shop.UntilStepAsync(at, "v2", weights[at - 1]);
                await shop.CommandAsync("Skip");
            }

            await shop.UntilStepAsync(step, "v2", weights[step - 1]);
            await shop.CommandAsync("Abort");
            await shop.AbortedAsync("v1", "v2");

            Assert.Equal(stable.Order(), shop.Serving("v1").Order());
            Assert.True(shop.Deployment.Flag("spec", "paused"), "what was rejected is not shipped by the Deployment");
        });

    [Fact]
    public Task An_aborted_revision_can_be_tried_again() => cluster.RunAsync(new ShopOptions { Steps = ShopOptions.Held(25) }, async shop =>
    {
        await shop.ReleaseAsync("v2");
        await shop.UntilStepAsync(1, "v2", 25);
        await shop.CommandAsync("Abort");
        await shop.AbortedAsync("v1", "v2");
        await shop.CommandAsync("Retry");
        await shop.UntilStepAsync(1, "v2", 25);
        await shop.CommandAsync("Promote");
        await shop.PromotedAsync("v2");
    });

    [Fact]
    public Task A_canary_with_errors_is_rolled_back() => cluster.RunAsync(
        new ShopOptions
        {
            NeedsPrometheus = true,
            RequestsPerSecond = 400,
            Steps = """[{"weight": 25, "hold": "60s"}]""",
            Analysis = """{"source": "Gateway", "metrics": [{"name": "success-rate", "builtin": "RequestSuccessRate", "threshold": {"min": 99}, "compare": {"to": "Stable"}}]}""",
        },
        async shop =>
        {
            shop.Traffic.Behave("v2", failingPercent: 30, TimeSpan.FromMilliseconds(8));
            await shop.ReleaseAsync("v2");
            await shop.UntilAsync("a metric failed", () => shop.Rollout.Text("status", "reason") == "MetricFailed" || shop.Rollout.Items("status", "transitions").Any(each => each.Text("reason") == "MetricFailed"));
            await shop.AbortedAsync("v1", "v2");
        });

    [Fact]
    public Task A_slow_canary_is_rolled_back_and_a_good_one_is_promoted() => cluster.RunAsync(
        new ShopOptions
        {
            NeedsPrometheus = true,
            RequestsPerSecond = 400,
            Steps = """[{"weight": 25, "hold": "4s", "minRequests": 50}]""",
            Analysis = """{"source": "Gateway", "metrics": [{"name": "latency", "builtin": "RequestDuration", "quantile": 0.9, "threshold": {"max": "100ms"}}]}""",
        },
        async shop =>
        {
            shop.Traffic.Behave("v2", failingPercent: 0, TimeSpan.FromMilliseconds(700));
            await shop.ReleaseAsync("v2");
            await shop.AbortedAsync("v1", "v2");
            await shop.ReleaseAsync("v3");
            await shop.PromotedAsync("v3");
        });

    [Fact]
    public Task A_canary_that_never_becomes_ready_is_given_up_at_the_progress_deadline() => cluster.RunAsync(
        new ShopOptions { NeedsSimulatedNodes = true, ProgressDeadline = "4s" },
        async shop =>
        {
            await shop.ReleaseAsync("v2", isReady: false);
            await shop.AbortedAsync("v1", "v2");

            Assert.Equal("ProgressDeadlineExceeded", shop.Rollout.Items("status", "history").Last().Text("reason"));
        });

    [Theory]
    [InlineData(1, 25)]
    [InlineData(2, 100)]
    public Task A_newer_revision_supersedes_the_one_under_way(int step, int percent) => cluster.RunAsync(new ShopOptions { Steps = ShopOptions.Held(25, 100) }, async shop =>
    {
        await shop.ReleaseAsync("v2");
        if (step == 2)
        {
            await shop.UntilStepAsync(1, "v2", 25);
            await shop.CommandAsync("Skip");
        }

        await shop.UntilStepAsync(step, "v2", percent);
        await shop.ReleaseAsync("v3");
        await shop.UntilStepAsync(1, "v3", 25);
        Assert.DoesNotContain(shop.Pods, pod => pod.Label("release") == "v2" && !pod.IsDeleting());
        await shop.CommandAsync("Promote");
        await shop.PromotedAsync("v3");
    });

    [Fact]
    public Task A_template_that_is_stables_again_ends_the_rollout() => cluster.RunAsync(new ShopOptions { Steps = ShopOptions.Held(50) }, async shop =>
    {
        var stable = shop.Serving("v1");
        await shop.ReleaseAsync("v2");
        await shop.UntilStepAsync(1, "v2", 50);
        await shop.ReleaseAsync("v1");
        await shop.UntilAsync(
            "v1 has all traffic and v2 no pod", () => shop.Phase is "Idle" or "Aborted" or "Promoted" && Math.Abs(shop.Share("v1") - 100) < 0.01 && !shop.Pods.Any(pod => pod.Label("release") == "v2"));

        Assert.Equal(stable.Order(), shop.Serving("v1").Order());
    });
}
