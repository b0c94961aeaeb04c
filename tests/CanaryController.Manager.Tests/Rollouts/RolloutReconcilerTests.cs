using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CanaryController.Manager.Tests.Rollouts;

public sealed class RolloutReconcilerTests : IAsyncDisposable
{
    private readonly ManagerBed _bed = new();

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task A_new_revision_gets_its_first_share_in_one_call()
    {
        await _bed.StartShopAsync();

        Assert.Equal(RolloutPhase.Progressing, _bed.State.Phase);
        Assert.Equal(10, _bed.Router.WeightOf(ManagerBed.Route).Percent);
    }

    [Fact]
    public async Task A_good_canary_is_promoted()
    {
        await _bed.StartShopAsync();
        await _bed.PassHoldAsync();
        Assert.Equal(50, _bed.Router.WeightOf(ManagerBed.Route).Percent);
        await _bed.PassHoldAsync();
        await _bed.ReconcileAsync();

        Assert.Equal(RolloutPhase.Promoted, _bed.State.Phase);
        Assert.Equal("v2", _bed.State.StableRevision);
        Assert.Empty(_bed.Evidence.Tracked);
    }

    [Fact]
    public async Task Failing_evidence_ends_in_weight_0_in_one_call()
    {
        await _bed.StartShopAsync();
        _bed.Evidence.Verdict = Verdict.Failed;
        await _bed.ReconcileAsync();

        Assert.Equal(RolloutPhase.Aborted, _bed.State.Phase);
        Assert.Equal(0, _bed.Router.WeightOf(ManagerBed.Route).Percent);
        Assert.Equal(RolloutReason.MetricFailed, _bed.State.History[^1].Reason);
    }

    [Fact]
    public async Task A_call_that_finds_nothing_new_writes_nothing()
    {
        var writes = 0;
        await using var bed = new ManagerBed(_ => writes++);
        await bed.StartShopAsync();
        var before = writes;
        for (var call = 0; call < 100; call++)
        {
            bed.Time.Advance(TimeSpan.FromMilliseconds(50));
            bed.Scan();
            await bed.ReconcileAsync();
        }

        Assert.Equal(before, writes);
    }

    [Fact]
    public async Task A_router_that_is_down_is_asked_again_soon_and_loses_no_abort()
    {
        await _bed.StartShopAsync();
        _bed.Evidence.Verdict = Verdict.Failed;
        _bed.Router.Problem = "Connection refused.";
        var outcome = await _bed.ReconcileAsync();

        Assert.Equal(Backoff.LongestForRouter, outcome.RetryWithin);
        Assert.Equal(RolloutPhase.Aborting, _bed.State.Phase);

        _bed.Router.Problem = null;
        await _bed.ReconcileAsync();
        Assert.Equal(0, _bed.Router.WeightOf(ManagerBed.Route).Percent);
        Assert.Equal(RolloutPhase.Aborted, _bed.State.Phase);
    }

    [Fact]
    public async Task A_command_is_answered_in_the_order_it_came_and_once()
    {
        await _bed.StartShopAsync();
        _bed.Send(RolloutAction.Pause, "first");
        _bed.Send(RolloutAction.Resume, "second");
        await _bed.ReconcileAsync();
        var again = _bed.Send(RolloutAction.Pause, "first");
        await _bed.ReconcileAsync();

        Assert.Equal(CommandStatus.Accepted, again.Answer?.Status);
        Assert.Equal(RolloutPhase.Progressing, _bed.State.Phase);
    }

    [Fact]
    public async Task What_fails_for_one_rollout_leaves_the_others_alone()
    {
        _bed.Put("shop.yaml", RolloutText.Of());
        _bed.Put("cart.yaml", RolloutText.Of("cart"));
        _bed.Scan();
        var cart = new Resources.RolloutKey("default", "cart");
        await _bed.ReconcileAsync();
        await _bed.ReconcileAsync(cart);
        _bed.Evidence.Failure = key => key == cart ? new InvalidOperationException("broken") : null;
        var workers = _bed.App.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<RolloutWorkers>().Single();
        var queue = _bed.Get<RolloutQueue>();
        _bed.Time.Advance(TimeSpan.FromSeconds(10));
        for (var work = queue.Depth; work > 0; work--)
        {
            await workers.WorkAsync(await queue.TakeAsync(CancellationToken.None), CancellationToken.None);
        }

        Assert.Equal(50, _bed.State.Weight.Percent);
        Assert.Contains("broken", _bed.Get<LiveRollouts>().Find(cart).Failure, StringComparison.Ordinal);
    }
}
