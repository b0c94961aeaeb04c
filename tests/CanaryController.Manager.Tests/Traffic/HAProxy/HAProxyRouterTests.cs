using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Traffic.HAProxy;

/// <summary>What a split becomes, and what is told of it.</summary>
public sealed class HAProxyRouterTests : IAsyncDisposable
{
    private readonly FakeBackend _shop = new("shop", new("v1-1", 100), new("v1-2", 100), new("v2-1", 0));
    private readonly FakeBackend _cart = new("cart", new("v1-1", 1), new("v2-1", 1));
    private readonly FakeHAProxy _proxy;
    private readonly HAProxyRig _rig;

    public HAProxyRouterTests()
    {
        _proxy = new(_cart, _shop);
        _rig = new(_proxy.Socket, new FakeTimeProvider());
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    [Fact]
    public async Task What_was_applied_is_what_is_read_also_after_a_restart()
    {
        foreach (var percent in (decimal[])[0, 1, 5, 12.5m, 33, 50, 99, 100, 5, 0])
        {
            var applied = await _rig.ApplyAsync(percent);
            Assert.Equal((HAProxyRig.Split(percent), true, null), (applied.Route.Applied, applied.Route.Accepted, applied.Route.Problem));
            _rig.Restart();
            var read = await _rig.ReadAsync();
            Assert.Equal((HAProxyRig.Split(percent), true, null), (read.Route.Applied, read.Route.Accepted, read.Route.Problem));
        }

        Assert.Equal("v1-1=1 v2-1=1", _cart.Weights);
    }

    [Fact]
    public async Task The_weights_are_those_of_the_share_and_written_once()
    {
        await _rig.ApplyAsync(20);
        Assert.Equal("v1-1=256 v1-2=256 v2-1=128", _shop.Weights);
        var writes = _proxy.Writes.Count;

        await _rig.ApplyAsync(20);
        Assert.Equal(writes, _proxy.Writes.Count);
    }

    [Fact]
    public async Task What_takes_from_the_canary_is_written_first()
    {
        await _rig.ApplyAsync(100);
        Assert.Equal("set server shop/v1-2 weight 0", _proxy.Writes[^1]);

        await _rig.ApplyAsync(0);
        Assert.Equal(["set server shop/v1-1 weight 100", "set server shop/v1-2 weight 100", "set server shop/v2-1 weight 0"], _proxy.Writes.TakeLast(3));
    }

    [Fact]
    public async Task Instances_are_told_by_version_without_those_that_a_person_took_out()
    {
        (_shop["v1-1"].Operation, _shop["v1-2"].Admin) = (0, 1);

        var reading = await _rig.ReadAsync();

        Assert.Equal((new VersionInstances(0, 1), new VersionInstances(1, 1)), (reading.Versions["v1"], reading.Versions["v2"]));
    }

    [Fact]
    public async Task When_servers_come_or_go_the_same_split_is_asked_for_again_and_nothing_is_called_foreign()
    {
        await _rig.ApplyAsync(20);
        _shop["v1-2"].Operation = 0;

        var read = await _rig.ReadAsync();
        Assert.Null(read.Route.Applied);
        Assert.Contains("came or went", read.Route.Problem, StringComparison.Ordinal);
        var applied = await _rig.ApplyAsync(20);
        Assert.Equal(HAProxyRig.Split(20), applied.Route.Applied);
        Assert.Equal("v1-1=256 v1-2=256 v2-1=64", _shop.Weights);
    }

    [Fact]
    public async Task A_reload_that_loses_the_weights_is_seen_and_mended()
    {
        _shop["v2-1"].Weight = 50;
        await _rig.ApplyAsync(5);
        _proxy.Reload();

        Assert.Equal(HAProxyRig.Split(0), (await _rig.ReadAsync()).Route.Applied);
        Assert.Equal(HAProxyRig.Split(5), (await _rig.ApplyAsync(5)).Route.Applied);
    }

    [Fact]
    public async Task After_a_promotion_a_reload_gives_nothing_to_the_version_before_for_longer_than_a_reading()
    {
        await _rig.ApplyAsync(100);
        var promoted = await _rig.ReadAsync(canary: "v2", stable: "v2");
        Assert.Equal((TrafficSplit.AllTo("v2"), null), (promoted.Route.Applied, promoted.Route.Problem));

        _proxy.Reload();
        Assert.Null((await _rig.ReadAsync(canary: "v2", stable: "v2")).Route.Applied);

        Assert.Equal(TrafficSplit.AllTo("v2"), (await _rig.ApplyAsync(TrafficSplit.AllTo("v2"))).Route.Applied);
        Assert.Equal("v1-1=0 v1-2=0 v2-1=100", _shop.Weights);
    }

    [Fact]
    public async Task A_share_that_cannot_be_reached_is_told_and_not_taken_up()
    {
        var applied = await _rig.ApplyAsync(0.1m);

        Assert.Equal((HAProxyRig.Split(0.1m), false), (applied.Route.Applied, applied.Route.Accepted));
        Assert.Contains("the nearest is 0.19 %", applied.Route.Problem, StringComparison.Ordinal);
        Assert.Equal(20, applied.Route.Share!.Value.BasisPoints, 1.0);
    }

    [Fact]
    public async Task While_no_server_of_stable_takes_requests_the_canary_is_not_said_to_have_its_share()
    {
        await _rig.ApplyAsync(5);
        (_shop["v1-1"].Operation, _shop["v1-2"].Operation) = (0, 0);

        var read = await _rig.ReadAsync();

        Assert.False(read.Route.Accepted);
        Assert.Equal(CanaryWeight.Full, read.Route.Share);
    }

    [Fact]
    public async Task Weight_on_a_canary_that_is_down_is_not_taken_for_none()
    {
        (_shop["v2-1"].Operation, _shop["v2-1"].Weight) = (0, 10);

        Assert.Null((await _rig.ReadAsync()).Route.Applied);
        Assert.Equal(HAProxyRig.Split(0), (await _rig.ApplyAsync(0)).Route.Applied);
        Assert.Equal(0, _shop["v2-1"].Weight);
    }

    [Fact]
    public async Task A_server_of_neither_version_is_left_alone_counts_and_is_named()
    {
        var backend = new FakeBackend("shop", new("v1-1", 1), new("v2-1", 0), new("old-1", 100));
        _proxy.Backends[1] = backend;

        var applied = await _rig.ApplyAsync(10);

        Assert.Equal((HAProxyRig.Split(10), true), (applied.Route.Applied, applied.Route.Accepted));
        Assert.Contains("'old-1'", applied.Route.Problem, StringComparison.Ordinal);
        Assert.Equal(100, backend["old-1"].Weight);
        Assert.Equal(0.1, (double)backend["v2-1"].Weight / backend.Servers.Sum(server => server.Weight), 0.002);
    }

    [Fact]
    public async Task Backup_servers_have_no_share_and_are_left_alone()
    {
        var backend = new FakeBackend("shop", new("v1-1", 1), new("v2-1", 0), new("v1-9", 7) { IsBackup = true });
        _proxy.Backends[1] = backend;

        var applied = await _rig.ApplyAsync(50);

        Assert.Equal((new VersionInstances(1, 1), "v1-1=256 v2-1=256 v1-9=7"), (applied.Versions["v1"], backend.Weights));
    }

    [Fact]
    public async Task A_canary_without_servers_is_not_named_and_told_when_asked_for()
    {
        Assert.Equal(TrafficSplit.AllTo("v1"), (await _rig.ReadAsync(canary: "v3")).Route.Applied);
        Assert.Contains("no server of v3", (await _rig.ApplyAsync(5, canary: "v3")).Route.Problem, StringComparison.Ordinal);
        Assert.Empty(_proxy.Writes);
    }

    [Fact]
    public async Task Without_a_server_of_stable_nothing_is_taken_from_the_canary()
    {
        await _rig.ApplyAsync(100);
        var writes = _proxy.Writes.Count;

        Assert.Contains("no server of v0", (await _rig.ApplyAsync(0, stable: "v0")).Route.Problem, StringComparison.Ordinal);
        Assert.Equal(writes, _proxy.Writes.Count);
    }

    [Fact]
    public async Task Whoever_changed_weights_meanwhile_is_not_overwritten_unseen()
    {
        var basis = await _rig.ReadAsync();
        _shop["v2-1"].Weight = 100;

        var answer = await _rig.Router.ApplyAsync(HAProxyRig.Shop, HAProxyRig.Split(5), basis, CancellationToken.None);

        Assert.Equal(3_333, answer.Route.Applied!.Weight.BasisPoints);
        Assert.NotEqual(basis.Basis, answer.Basis);
        Assert.Empty(_proxy.Writes);
    }

    [Fact]
    public async Task Somebody_elses_weights_are_told_as_they_are_also_when_ours_were_asked_for()
    {
        await _rig.ApplyAsync(5);
        _shop["v2-1"].Weight = 200;

        Assert.Equal(2_882, (await _rig.ReadAsync()).Route.Applied!.Weight.BasisPoints, 10.0);
    }

    [Fact]
    public async Task A_frontend_of_the_same_name_hides_no_backend()
    {
        _proxy.HasNamesake = true;
        Assert.NotNull((await _rig.ReadAsync()).Route.Applied);
    }

    [Fact]
    public async Task A_backend_that_is_gone_has_nothing_to_take_back()
    {
        _proxy.Backends.Remove(_shop);

        var read = await _rig.ReadAsync();

        Assert.Contains("has no backend 'shop'", read.Route.Problem, StringComparison.Ordinal);
        Assert.Equal(TrafficSplit.AllTo("v1"), read.WithoutMissing!.Applied);
        Assert.Null(await _rig.RestoreAsync());
    }

    [Fact]
    public async Task A_proxy_that_is_not_configured_is_told() => Assert.Contains(
        "No HAProxy 'other'", (await _rig.Router.ReadAsync(new("other", "shop"), "v1", "v2", CancellationToken.None)).Route.Problem, StringComparison.Ordinal);
}
