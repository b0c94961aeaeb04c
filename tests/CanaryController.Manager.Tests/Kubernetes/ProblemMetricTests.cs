using CanaryController.Manager.Telemetry;
using CanaryController.Resources;
using Prometheus;

namespace CanaryController.Manager.Tests.Kubernetes;

/// <summary>Where there are no files, each rollout's own problems add up.</summary>
public sealed class ProblemMetricTests
{
    private static readonly RolloutKey _cart = new("shop", "cart");
    private static readonly RolloutKey _checkout = new("shop", "checkout");

    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();

    [Fact]
    public async Task The_problems_of_all_rollouts_add_up_and_go_with_what_is_mended_or_gone()
    {
        var metrics = new RolloutMetrics(Metrics.WithCustomRegistry(_registry));
        metrics.ShowProblems(_cart, 2);
        metrics.ShowProblems(_checkout, 1);
        metrics.ShowProblems(_cart, 2);
        Assert.Equal("3", await ProblemsAsync());
        metrics.ShowProblems(_cart, 0);
        Assert.Equal("1", await ProblemsAsync());
        metrics.Remove(_checkout);
        metrics.Remove(_checkout);
        Assert.Equal("0", await ProblemsAsync());
    }

    private async Task<string> ProblemsAsync()
    {
        using var text = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(text, TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(text.ToArray()).Split('\n').Single(line => line.StartsWith("canary_resource_problems ", StringComparison.Ordinal)).Split(' ')[1];
    }
}
