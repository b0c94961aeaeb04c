using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Api;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Standalone;
using CanaryController.Resources;
using CanaryController.Testing;

namespace CanaryController.Manager.Tests.Rollouts;

/// <summary>Windows, freezes and the limit, on a virtual clock that begins on Thursday, 1 January 2026, at 00:00 UTC.</summary>
public sealed class WindowTests : IAsyncDisposable
{
    private const string WorkingHours = "windows: [{cron: 0 0 9 ? * MON-FRI, duration: 8h}]";
    private static readonly DateTimeOffset Nine = new(2026, 1, 1, 9, 0, 0, TimeSpan.Zero);

    private ManagerBed _bed = new();

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task A_rollout_waits_for_the_opening_of_its_window_and_is_woken_then()
    {
        _bed.Put("shop.yaml", Text(WorkingHours));
        _bed.Scan();
        var outcome = await _bed.ReconcileAsync();
        Assert.Equal((RolloutPhase.Idle, "v2", Nine), (_bed.State.Phase, _bed.State.Pending?.Revision, outcome.WakeAt));
        var view = _bed.Get<RolloutEndpoints>().Find(ManagerBed.Shop)!;
        Assert.Equal(["window: closed, outside the rollout's windows, until 2026-01-01 09:00 UTC."], view.WaitingFor);
        Assert.Equal(Nine, view.Window?.OpensAt);
        Assert.Contains(view.Conditions, condition => condition is { Type: "Reconciling", Status: "True", Reason: "WaitingToStart" });
        Assert.Contains(view.Conditions, condition => condition is { Type: "WindowClosed", Status: "True" });

        _bed.Time.Advance(TimeSpan.FromHours(9));
        await _bed.ReconcileAsync();
        Assert.Equal((RolloutPhase.Progressing, 10m), (_bed.State.Phase, _bed.State.Weight.Percent));
    }

    [Fact]
    public async Task The_queue_brings_the_rollout_back_at_the_opening_by_itself()
    {
        _bed.Put("shop.yaml", Text(WorkingHours));
        _bed.Scan();
        var queue = _bed.Get<RolloutQueue>();
        queue.Complete(await queue.TakeAsync(CancellationToken.None), (await _bed.ReconcileAsync()).WakeAt);
        var next = queue.TakeAsync(CancellationToken.None);
        _bed.Time.Advance(TimeSpan.FromHours(8));
        Assert.False(next.IsCompleted);
        _bed.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(ManagerBed.Shop, await next);
    }

    [Fact]
    public async Task A_freeze_of_the_folder_holds_a_step_and_never_a_rollback()
    {
        await _bed.StartShopAsync();
        _bed.Put("freeze.yaml", Freeze("{reason: a sale, start: '2026-01-01T00:00:05Z', end: '2026-01-02T00:00:00Z'}"));
        _bed.Scan();
        await _bed.PassHoldAsync();
        Assert.Equal(10, _bed.Router.WeightOf(ManagerBed.Route).Percent);
        Assert.Contains("window: closed by FreezeWindow one until 2026-01-02 00:00 UTC: a sale.", _bed.Get<RolloutEndpoints>().Find(ManagerBed.Shop)!.WaitingFor);

        _bed.Evidence.Verdict = Verdict.Failed;
        await _bed.ReconcileAsync();
        Assert.Equal((RolloutPhase.Aborted, 0m), (_bed.State.Phase, _bed.Router.WeightOf(ManagerBed.Route).Percent));
    }

    [Fact]
    public async Task A_freeze_that_is_broken_holds_everything_up_until_it_is_mended_after_a_restart_too()
    {
        await _bed.StartShopAsync();
        _bed.Put("freeze.yaml", Freeze("{reason: a sale, dates: ['2026-02-30']}"));
        _bed.Scan();
        await _bed.PassHoldAsync();
        Assert.Equal(10, _bed.State.Weight.Percent);

        _bed.Put("freeze.yaml", Freeze("{reason: a sale, start: '2025-12-01T00:00:00Z', end: '2026-02-01T00:00:00Z'}"));
        _bed.Scan();
        _bed.Put("freeze.yaml", "kind: FreezeWindow\n  broken: [");
        await _bed.RestartAsync();
        _bed.Scan();
        await _bed.ReconcileAsync();
        Assert.Equal(10, _bed.State.Weight.Percent);

        _bed.Put("freeze.yaml", Freeze("{reason: a sale, start: '2025-12-01T00:00:00Z', end: '2025-12-02T00:00:00Z'}"));
        _bed.Scan();
        await _bed.ReconcileAsync();
        Assert.Equal(50, _bed.State.Weight.Percent);
    }

    [Fact]
    public async Task A_freeze_that_came_wakes_who_is_under_way_and_only_its_selector_counts()
    {
        await _bed.StartShopAsync();
        _bed.Put("freeze.yaml", Freeze("{reason: a sale, selector: {names: [cart]}, start: '2026-01-01T00:00:00Z'}"));
        _bed.Scan();
        await _bed.PassHoldAsync();
        Assert.Equal(50, _bed.State.Weight.Percent);
    }

    [Fact]
    public async Task A_broken_glass_is_carried_out_stored_and_announced()
    {
        _bed.Put("shop.yaml", Text(WorkingHours));
        _bed.Scan();
        await _bed.ReconcileAsync();
        _bed.Get<SqliteCommands>().Add(ManagerBed.Shop, new() { Id = "g", Action = RolloutAction.BreakGlass, Actor = "ann", Comment = "carts are lost" }, _bed.Time.GetUtcNow());
        await _bed.ReconcileAsync();
        Assert.Equal(10, _bed.Router.WeightOf(ManagerBed.Route).Percent);
        await _bed.AnnounceAsync();
        Assert.Contains(_bed.Heard.Events, heard => heard.Reason is RolloutReason.GlassBroken);
        await _bed.RestartAsync();
        _bed.Scan();
        await _bed.PassHoldAsync();
        await _bed.PassHoldAsync();
        await _bed.ReconcileAsync();
        Assert.Equal("ann: carts are lost", _bed.State.History[^1].BreakGlass);
    }

    [Fact]
    public async Task The_limit_lets_the_oldest_request_start_first_and_a_restart_changes_nothing()
    {
        await _bed.DisposeAsync();
        _bed = new ManagerBed(maxUnderWay: 1);
        foreach (var name in (string[])["a", "b", "c"])
        {
            _bed.Put($"{name}.yaml", RolloutText.Of(name, canary: "v1-next"));
            _bed.Scan();
            await _bed.ReconcileAsync(Key(name));
            _bed.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([RolloutPhase.Progressing, RolloutPhase.Idle, RolloutPhase.Idle], Phases("a", "b", "c"));
        Assert.Equal(["limit: 1 of 1 rollouts are under way, and 1 waits before this one."], _bed.Get<RolloutEndpoints>().Find(Key("c"))!.WaitingFor);

        await _bed.RestartAsync();
        _bed.Scan();
        await _bed.ReconcileAsync(Key("c"));
        await _bed.ReconcileAsync(Key("b"));
        Assert.Equal([RolloutPhase.Progressing, RolloutPhase.Idle, RolloutPhase.Idle], Phases("a", "b", "c"));

        _bed.Evidence.Verdict = Verdict.Failed;
        await _bed.ReconcileAsync(Key("a"));
        _bed.Evidence.Verdict = Verdict.Passed;
        await _bed.ReconcileAsync(Key("c"));
        Assert.Equal([RolloutPhase.Aborted, RolloutPhase.Idle, RolloutPhase.Idle], Phases("a", "b", "c"));
        await _bed.ReconcileAsync(Key("b"));
        await _bed.ReconcileAsync(Key("c"));
        Assert.Equal([RolloutPhase.Aborted, RolloutPhase.Progressing, RolloutPhase.Idle], Phases("a", "b", "c"));
    }

    [Fact]
    public async Task Who_waits_at_a_closed_window_keeps_nobody_from_starting()
    {
        await _bed.DisposeAsync();
        _bed = new ManagerBed(maxUnderWay: 1);
        _bed.Put("a.yaml", Text(WorkingHours, "a"));
        _bed.Scan();
        await _bed.ReconcileAsync(Key("a"));
        _bed.Time.Advance(TimeSpan.FromSeconds(1));
        _bed.Put("b.yaml", RolloutText.Of("b"));
        _bed.Scan();
        await _bed.ReconcileAsync(Key("b"));
        Assert.Equal([RolloutPhase.Idle, RolloutPhase.Progressing], Phases("a", "b"));
    }

    private RolloutPhase[] Phases(params string[] names) => [.. names.Select(name => _bed.Store.Read(Key(name)).State.Phase)];

    private static RolloutKey Key(string name) => new("default", name);

    private static string Text(string windows, string name = "shop") => RolloutText.Of(name).Replace("    drainDelay: 0s", $"    drainDelay: 0s\n    {windows}", StringComparison.Ordinal);

    private static string Freeze(string spec) => $"apiVersion: canarycontroller.io/v1alpha1\nkind: FreezeWindow\nmetadata: {{name: one}}\nspec: {spec}\n";
}
