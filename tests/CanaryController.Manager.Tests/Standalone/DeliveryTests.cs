using CanaryController.Core.Rollouts;
using CanaryController.Manager.Outbound;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Standalone;
using CanaryController.Manager.Tests.Notifications;
using CanaryController.Manager.Tests.Outbound;
using CanaryController.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CanaryController.Manager.Tests.Standalone;

/// <summary>Webhooks and gates of the whole standalone manager, over crashes and restarts.</summary>
public sealed class DeliveryTests : IAsyncLifetime
{
    private HookReceiver _receiver = null!;
    private ManagerBed _bed = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await HookReceiver.StartAsync();
        _bed = Bed(realTime: false);
    }

    public async ValueTask DisposeAsync()
    {
        await _bed.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Each_transition_arrives_once_and_in_order()
    {
        await _bed.StartShopAsync(RolloutText.Of() + "  notifications: {channels: [pager]}\n");
        _bed.Get<DeliveryFeed>().FeedAll();
        var stored = _bed.Get<IEventLog>().After(0, 100);
        Assert.NotEmpty(stored);
        for (var index = 0; index < stored.Count; index++)
        {
            Assert.Equal(stored[index].Transition.Sequence, (long)(await _receiver.NextAsync()).Json["data"]!["sequence"]!);
        }

        _bed.Get<DeliveryFeed>().FeedAll();
        Assert.Equal(stored.Count, _receiver.Hooks.Count);
    }

    [Fact]
    public async Task What_was_not_delivered_before_a_crash_is_delivered_after_it_under_the_same_id()
    {
        _receiver.AnswerWith(500);
        await _bed.StartShopAsync(RolloutText.Of() + "  notifications: {channels: [pager]}\n");
        _bed.Get<DeliveryFeed>().FeedAll();
        var before = await _receiver.NextAsync();
        var count = _bed.Get<SqliteDeliveries>().Load().Count;
        Assert.True(count > 0);

        await _bed.RestartAsync();
        _receiver.AnswerWith(200);
        _bed.Scan();
        _bed.Get<DeliveryFeed>().FeedAll();
        var after = await _receiver.NextAsync();
        Assert.Equal((before.Id, before.Text), (after.Id, after.Text));
        for (var left = count - 1; left > 0; left--)
        {
            await _receiver.NextAsync();
        }

        await WhenAsync(() => _bed.Get<SqliteDeliveries>().Load().Count == 0);
    }

    [Fact]
    public async Task A_crash_before_the_deliveries_were_made_makes_them_later()
    {
        await _bed.StartShopAsync(RolloutText.Of() + "  notifications: {channels: [pager]}\n");
        await _bed.AnnounceAsync();
        await _bed.RestartAsync();
        _bed.Scan();
        _bed.Get<DeliveryFeed>().FeedAll();
        Assert.Equal(1, (long)(await _receiver.NextAsync()).Json["data"]!["sequence"]!);
    }

    [Fact]
    public async Task A_gate_holds_a_step_back_until_it_opens_and_its_answer_is_told()
    {
        _receiver.Answer = (context, _) =>
        {
            context.Response.StatusCode = context.Request.Path == "/gate" && _receiver.Hooks.Count(hook => hook.Target == "/gate") < 2 ? 503 : 200;
            return Task.CompletedTask;
        };
        await using var bed = Bed(realTime: true);
        var gate = $"{{name: smoke, when: Before, url: '{_receiver.Url}/gate', interval: 1s}}";
        await bed.StartShopAsync(RolloutText.Of(step: $"hold: 10s, gates: [{gate}]") + "  notifications: {channels: [pager]}\n");
        await GateAsync();
        await bed.ReconcileAsync();
        Assert.Equal(RolloutPhase.Initializing, bed.State.Phase);

        await WhenAsync(() => bed.Get<IGates>().Observe(ManagerBed.Shop, bed.State) is [{ Status: GateStatus.Passed }]);
        await bed.ReconcileAsync();
        Assert.Equal((RolloutPhase.Progressing, 10), (bed.State.Phase, bed.State.Weight.Percent));
        while ((string?)(await _receiver.NextAsync()).Json["type"] != "io.canarycontroller.rollout.gate-answered")
        {
            // What else happened is told too.
        }
    }

    [Fact]
    public async Task A_gate_that_refuses_rolls_back()
    {
        _receiver.AnswerWith(403);
        await _bed.StartShopAsync(RolloutText.Of(step: $"hold: 10s, gates: [{{name: smoke, when: During, url: '{_receiver.Url}/gate'}}]"));
        await GateAsync();
        await WhenAsync(() => _bed.Get<IGates>().Observe(ManagerBed.Shop, _bed.State) is [{ Status: GateStatus.Failed }]);
        await _bed.ReconcileAsync();
        Assert.Equal((RolloutPhase.Aborted, RolloutReason.GateFailed), (_bed.State.Phase, _bed.State.Reason));
    }

    private ManagerBed Bed(bool realTime)
    {
        var bed = new ManagerBed(realTime: realTime, more: services => services.AddSingleton(new OutboundOptions { Allow = OutboundPolicyTests.Allowed("127.0.0.0/8") }));
        bed.Put("pager.yaml", $"apiVersion: canarycontroller.io/v1alpha1\nkind: NotificationChannel\nmetadata: {{name: pager}}\nspec: {{webhook: {{url: '{_receiver.Url}/hook'}}}}\n");
        return bed;
    }

    private async Task GateAsync()
    {
        while ((await _receiver.NextAsync()).Target != "/gate")
        {
            // The pager hears its part.
        }
    }

    /// <summary>What happens beside the loop, on the real clock.</summary>
    private static async Task WhenAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!isSo())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token);
        }
    }
}
