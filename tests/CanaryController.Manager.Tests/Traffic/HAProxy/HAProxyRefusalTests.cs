using CanaryController.Core.Traffic;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Traffic.HAProxy;

/// <summary>What HAProxy, its configuration or its socket does not allow.</summary>
public sealed class HAProxyRefusalTests : IAsyncDisposable
{
    private readonly FakeBackend _shop = new("shop", new("v1-1", 100), new("v2-1", 0));
    private readonly FakeHAProxy _proxy;
    private readonly HAProxyRig _rig;

    public HAProxyRefusalTests()
    {
        _proxy = new(_shop);
        _rig = new(_proxy.Socket, new FakeTimeProvider());
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    [Theory]
    [InlineData("static-rr", "cannot change while HAProxy runs")]
    [InlineData("first", "ignores weights")]
    [InlineData("leastconn", "connections before weights")]
    [InlineData("none", "not known to follow weights")]
    public async Task A_balance_that_does_not_follow_weights_is_refused_before_anything_begins_and_told(string algorithm, string why)
    {
        _shop.Algorithm = algorithm;

        var read = await _rig.ReadAsync();
        Assert.Equal(TrafficSplit.AllTo("v1"), read.Route.Applied);
        Assert.Contains(why, read.Route.Problem, StringComparison.Ordinal);
        Assert.Contains(why, (await _rig.ApplyAsync(5)).Route.Problem, StringComparison.Ordinal);
        Assert.Empty(_proxy.Writes);
    }

    [Fact]
    public async Task A_canary_goes_back_to_nothing_also_where_it_could_not_be_divided_any_more()
    {
        await _rig.ApplyAsync(5);
        _proxy.Reload();
        (_shop.Algorithm, _shop.IsStatic, _shop["v2-1"].Weight) = ("static-rr", true, 13);
        Assert.False((await _rig.ReadAsync()).Route.Applied!.RoutesAlike(TrafficSplit.AllTo("v1")));

        var applied = await _rig.ApplyAsync(0);

        Assert.Equal((TrafficSplit.AllTo("v1"), true, "v1-1=100 v2-1=0"), (applied.Route.Applied, applied.Route.Accepted, _shop.Weights));
    }

    [Fact]
    public async Task A_hash_without_consistency_is_refused_in_HAProxys_own_words()
    {
        (_shop.Algorithm, _shop.IsStatic) = ("source", true);

        var applied = await _rig.ApplyAsync(5);

        Assert.False(applied.Route.Accepted);
        Assert.Contains("only accepts weights '0%' and '100%'. Write balance roundrobin", applied.Route.Problem, StringComparison.Ordinal);
        Assert.Equal(0, _shop["v2-1"].Weight);
    }

    [Fact]
    public async Task A_backend_that_keeps_visitors_by_a_cookie_is_refused_because_they_would_stay_with_a_canary_of_weight_0()
    {
        _shop.Cookie = "SRV";
        Assert.Contains("by a cookie", (await _rig.ApplyAsync(5)).Route.Problem, StringComparison.Ordinal);
        Assert.Empty(_proxy.Writes);
    }

    [Fact]
    public async Task A_socket_below_level_admin_is_told_and_nothing_counts_as_taken_up()
    {
        _proxy.Level = "operator";
        var applied = await _rig.ApplyAsync(5);
        Assert.Equal((HAProxyRig.Split(0), false), (applied.Route.Applied, applied.Route.Accepted));
        Assert.Contains("write level admin", applied.Route.Problem, StringComparison.Ordinal);

        _proxy.Level = "user";
        Assert.Contains("level admin", (await _rig.ReadAsync()).Route.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_taking_from_the_canary_is_refused_nothing_is_taken_from_stable()
    {
        await _rig.ApplyAsync(50);
        _shop.IsStatic = true;

        var applied = await _rig.ApplyAsync(60);

        Assert.False(applied.Route.Accepted);
        Assert.Equal("v1-1=256 v2-1=256", _shop.Weights);
    }

    [Fact]
    public async Task An_abort_with_one_server_less_than_expected_still_takes_everything_from_the_canary()
    {
        await _rig.ApplyAsync(50);
        _shop["v1-1"].Operation = 0;

        Assert.Equal(HAProxyRig.Split(0), (await _rig.ApplyAsync(0)).Route.Applied);
        Assert.Equal(0, _shop["v2-1"].Weight);
    }
}
