using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.EndToEnd.Tests.HAProxy;

/// <summary>Everything real: HAProxy, Prometheus that scrapes its exporter, the standalone manager and the shop as processes, with load.</summary>
[Collection(DemoTests.Name)]
public sealed class HAProxyTests
{
    private const int Milliseconds = 300_000;

    [Fact(Timeout = Milliseconds)]
    public async Task A_good_canary_is_promoted_behind_HAProxy_and_no_request_is_lost()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var stage = await HAProxyStage.StartAsync(canaryErrorPercent: 0.2, cancellation);

        var end = await stage.Watch.UntilAsync(IsOver, cancellation);
        await stage.Load.StopAsync();

        Assert.True(end.Phase is RolloutPhase.Promoted, $"{end.Phase}: {end.Message}\n{stage.Logs}");
        Assert.Equal([0, 5, 25, 50, 100], await WeightsOnTheWayAsync(stage, cancellation));
        Assert.Equal("v1-1=0 v1-2=0 v2-1=100", await stage.WeightsAsync(cancellation));
        AssertNothingLost(stage);
    }

    [Fact(Timeout = Milliseconds)]
    public async Task A_failing_canary_is_rolled_back_behind_HAProxy_and_gets_no_request_afterwards()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var stage = await HAProxyStage.StartAsync(canaryErrorPercent: 30, cancellation);

        var end = await stage.Watch.UntilAsync(IsOver, cancellation);
        var over = stage.Load.Elapsed;
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, cancellation);
        await stage.Load.StopAsync();

        Assert.True(end.Phase is RolloutPhase.Aborted, $"{end.Phase}: {end.Message}\n{stage.Logs}");
        Assert.Equal("v1-1=100 v1-2=100 v2-1=0", await stage.WeightsAsync(cancellation));
        Assert.DoesNotContain(stage.Load.Responses.ToList(), response => response.Sent > over && response.Version == "v2");
        AssertNothingLost(stage);
    }

    [Fact(Timeout = Milliseconds)]
    public async Task A_reload_in_the_middle_loses_the_weights_and_the_rollout_goes_on_with_them()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var stage = await HAProxyStage.StartAsync(canaryErrorPercent: 0.2, cancellation);
        await stage.Watch.UntilAsync(view => view is { Phase: RolloutPhase.Progressing, ObservedWeightPercent: 25 }, cancellation);

        await stage.ReloadAsync(cancellation);
        while (await stage.WeightsAsync(cancellation) == "v1-1=100 v1-2=100 v2-1=0")
        {
            await stage.Watch.NextAsync(cancellation);
        }

        var end = await stage.Watch.UntilAsync(IsOver, cancellation);

        Assert.True(end.Phase is RolloutPhase.Promoted, $"{end.Phase}: {end.Message}\n{stage.Logs}");
    }

    private static bool IsOver(RolloutView view) => view.Phase is RolloutPhase.Promoted or RolloutPhase.Aborted or RolloutPhase.Invalid;

    private static void AssertNothingLost(HAProxyStage stage)
    {
        var responses = stage.Load.Responses.ToList();
        Assert.InRange(responses.Count, 500, int.MaxValue);
        Assert.DoesNotContain(responses, response => response.Version is null);
    }

    private static async Task<IReadOnlyList<decimal>> WeightsOnTheWayAsync(HAProxyStage stage, CancellationToken cancellation)
    {
        var history = await stage.Watch.HistoryAsync(cancellation);
        return [.. history.Events.OrderBy(each => each.Sequence).Select(each => each.WeightPercent).Distinct()];
    }
}
