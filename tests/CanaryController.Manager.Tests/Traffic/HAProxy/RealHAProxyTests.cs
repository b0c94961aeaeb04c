using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.HAProxy;

namespace CanaryController.Manager.Tests.Traffic.HAProxy;

/// <summary>The router before the real program, with real requests.</summary>
public sealed class RealHAProxyTests
{
    private const int Milliseconds = 60_000;

    private const string Shop =
        """
        backend shop
          balance roundrobin
          server v1-1 SERVER weight 100
          server v1-2 SERVER weight 100
          server v2-1 SERVER weight 0
        """;

    [Theory(Timeout = Milliseconds)]
    [InlineData(5)]
    [InlineData(25)]
    [InlineData(90)]
    [InlineData(100)]
    [InlineData(0)]
    public async Task Requests_are_divided_as_asked(int percent)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var proxy = await RealHAProxy.StartAsync(Shop, cancellation);
        var rig = new HAProxyRig(proxy.Socket, TimeProvider.System);

        var applied = await rig.ApplyAsync(percent);
        var counts = await proxy.LoadAsync(1_000, cancellation);

        Assert.Equal((HAProxyRig.Split(percent), true, null), (applied.Route.Applied, applied.Route.Accepted, applied.Route.Problem));
        Assert.Equal((new VersionInstances(2, 2), new VersionInstances(1, 1)), (applied.Versions["v1"], applied.Versions["v2"]));
        Assert.Equal(percent * 10, counts.GetValueOrDefault("v2"), 10.0);
    }

    [Fact(Timeout = Milliseconds)]
    public async Task Matched_requests_go_to_the_canary_whatever_their_value_is_and_no_others()
    {
        var cancellation = TestContext.Current.CancellationToken;
        string Line(string fetch, string file) => $"  use-server %[{fetch},map_str(FOLDER/{file})] if {{ {fetch},map_str(FOLDER/{file}) -m found }}";
        var lines = $"{Line("req.fhdr(x-canary)", "shop.header.x-canary.map")}\n{Line("req.cook(tester)", "shop.cookie.tester.map")}";
        await using var proxy = await RealHAProxy.StartAsync($"{Shop}\n{lines}", cancellation);
        var rig = new HAProxyRig(proxy.Socket, TimeProvider.System);
        RequestMatch cookie = new(RequestMatchKind.Cookie, "tester", "yes");
        foreach (var value in (string[])["always", "a b", "a;show info", "a\\b", "#x", "#0x1", "@1", "<<", "x<<", "%[x]", "'", "\"q\"", "a,b", "{a}"])
        {
            var split = HAProxyRig.Split(0) with { Matches = [new(RequestMatchKind.Header, "x-canary", value), cookie] };
            Assert.Equal((split, null), ((await rig.ApplyAsync(split)).Route.Applied, (await rig.ReadAsync()).Route.Problem));
            Assert.Equal(("v2", "v1"), (await proxy.SendAsync("X-Canary", value, cancellation), await proxy.SendAsync("X-Canary", "never", cancellation)));
        }

        Assert.Equal(("v2", "v1"), (await proxy.VisitAsync("a=b; tester=yes", cancellation), await proxy.VisitAsync("tester=no", cancellation)));
        Assert.Equal(HAProxyRig.Split(5), (await rig.ApplyAsync(5)).Route.Applied);
        Assert.Equal("v1", await proxy.VisitAsync("tester=yes", cancellation));
        await rig.ApplyAsync(HAProxyRig.Split(5) with { Matches = [cookie] });
        await proxy.ReloadAsync(cancellation);
        Assert.Equal(HAProxyRig.Split(0), (await rig.ReadAsync()).Route.Applied);
    }

    [Fact(Timeout = Milliseconds)]
    public async Task The_socket_may_be_an_address()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var proxy = await RealHAProxy.StartAsync(Shop, cancellation);
        var router = new HAProxyRouter([new HAProxyClient(new() { Name = "edge", Address = proxy.Address }, TimeProvider.System)], TimeProvider.System);

        var read = await router.ReadAsync(HAProxyRig.Shop, "v1", "v2", cancellation);

        Assert.Equal((HAProxyRig.Split(0), null), (read.Route.Applied, read.Route.Problem));
    }

    [Fact(Timeout = Milliseconds)]
    public async Task A_reload_loses_the_weights_and_the_next_reading_finds_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var proxy = await RealHAProxy.StartAsync(Shop, cancellation);
        var rig = new HAProxyRig(proxy.Socket, TimeProvider.System);
        await rig.ApplyAsync(50);

        await proxy.ReloadAsync(cancellation);

        Assert.Equal(HAProxyRig.Split(0), (await rig.ReadAsync()).Route.Applied);
        Assert.Equal(HAProxyRig.Split(50), (await rig.ApplyAsync(50)).Route.Applied);
        Assert.Equal(50, (await proxy.LoadAsync(100, cancellation))["v2"], 2.0);
    }

    [Fact(Timeout = Milliseconds)]
    public async Task With_a_state_file_a_reload_keeps_the_weights()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var proxy = await RealHAProxy.StartAsync(Shop, cancellation);
        var rig = new HAProxyRig(proxy.Socket, TimeProvider.System);
        await rig.ApplyAsync(50);
        var file = Path.Combine(Path.GetDirectoryName(proxy.Socket)!, "state");
        await File.WriteAllTextAsync(file, await proxy.AskAsync("show servers state", cancellation), cancellation);

        await proxy.ReloadAsync(cancellation, file);

        Assert.Equal(HAProxyRig.Split(50), (await rig.ReadAsync()).Route.Applied);
    }

    [Fact(Timeout = Milliseconds)]
    public async Task Leaving_gives_every_server_the_weight_that_it_had()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var proxy = await RealHAProxy.StartAsync($"{Shop}\nbackend cart\n  server v1-1 SERVER weight 7\n  server v2-1 SERVER weight 9", cancellation);
        var rig = new HAProxyRig(proxy.Socket, TimeProvider.System);
        var before = await WeightsAsync(proxy, cancellation);
        await rig.ApplyAsync(33);
        Assert.NotEqual(before, await WeightsAsync(proxy, cancellation));
        await rig.ApplyAsync(TrafficSplit.AllTo("v1"));
        await rig.ApplyAsync(0);

        Assert.Null(await rig.RestoreAsync());

        Assert.Equal(before, await WeightsAsync(proxy, cancellation));
    }

    [Fact(Timeout = Milliseconds)]
    public async Task A_server_that_fails_its_checks_or_is_in_maintenance_is_counted_as_such()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var proxy = await RealHAProxy.StartAsync($"{Shop}\n  server v2-2 127.0.0.1:1 check inter 50ms weight 0\n  server v2-3 SERVER weight 0 disabled", cancellation);
        var rig = new HAProxyRig(proxy.Socket, TimeProvider.System);
        Assert.Equal(2, (await rig.ReadAsync()).Versions["v2"].Total);
        await proxy.AskAsync("set server shop/v1-2 state maint", cancellation);
        await proxy.AskAsync("set server shop/v2-3 state ready", cancellation);
        while ((await rig.ReadAsync()).Versions["v2"] != new VersionInstances(2, 3))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellation);
        }

        var applied = await rig.ApplyAsync(50);

        Assert.Equal((new VersionInstances(1, 1), new VersionInstances(2, 3)), (applied.Versions["v1"], applied.Versions["v2"]));
        Assert.Equal(50, (await proxy.LoadAsync(100, cancellation))["v2"], 2.0);
    }

    [Theory(Timeout = Milliseconds)]
    [InlineData("static-rr", "static-rr")]
    [InlineData("leastconn", "leastconn")]
    [InlineData("first", "first")]
    [InlineData("source", "only accepts weights '0%' and '100%'")]
    public async Task A_balance_that_does_not_follow_weights_is_refused(string balance, string why)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var proxy = await RealHAProxy.StartAsync(Shop.Replace("roundrobin", balance, StringComparison.Ordinal), cancellation);

        var applied = await new HAProxyRig(proxy.Socket, TimeProvider.System).ApplyAsync(5);

        Assert.False(applied.Route.Accepted && applied.Route.Applied == HAProxyRig.Split(5));
        Assert.Contains(why, applied.Route.Problem, StringComparison.Ordinal);
        Assert.False((await proxy.LoadAsync(20, cancellation)).ContainsKey("v2"));
    }

    [Theory(Timeout = Milliseconds)]
    [InlineData("random")]
    [InlineData("uri\n  hash-type consistent")]
    public async Task A_balance_that_follows_weights_is_taken(string balance)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var proxy = await RealHAProxy.StartAsync(Shop.Replace("roundrobin", balance, StringComparison.Ordinal), cancellation);
        Assert.Equal(HAProxyRig.Split(5), (await new HAProxyRig(proxy.Socket, TimeProvider.System).ApplyAsync(5)).Route.Applied);
    }

    [Fact(Timeout = Milliseconds)]
    public async Task A_cookie_that_keeps_a_visitor_on_a_canary_of_weight_0_is_found()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var shop = Shop.Replace("balance roundrobin", "balance roundrobin\n  cookie SRV insert", StringComparison.Ordinal).Replace("weight 0", "weight 0 cookie b", StringComparison.Ordinal);
        await using var proxy = await RealHAProxy.StartAsync(shop, cancellation);

        Assert.Equal("v2", await proxy.VisitAsync("SRV=b", cancellation));
        Assert.Contains("by a cookie", (await new HAProxyRig(proxy.Socket, TimeProvider.System).ReadAsync()).Route.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = Milliseconds)]
    public async Task Behind_leastconn_a_canary_of_5_percent_gets_half_of_the_requests_while_there_is_little_load()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var proxy = await RealHAProxy.StartAsync("backend shop\n  balance leastconn\n  server v1-1 SERVER weight 95\n  server v2-1 SERVER weight 5", cancellation);

        Assert.Equal(50, (await proxy.LoadAsync(100, cancellation))["v2"], 5.0);
    }

    [Theory(Timeout = Milliseconds)]
    [InlineData("operator", "Permission denied")]
    [InlineData("user", "level admin")]
    public async Task A_socket_below_level_admin_is_told(string level, string why)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var proxy = await RealHAProxy.StartAsync(Shop, cancellation, level);
        Assert.Contains(why, (await new HAProxyRig(proxy.Socket, TimeProvider.System).ApplyAsync(5)).Route.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = Milliseconds)]
    public async Task No_request_is_lost_by_a_thousand_changes_of_weight_under_load()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var proxy = await RealHAProxy.StartAsync(Shop, cancellation);
        var rig = new HAProxyRig(proxy.Socket, TimeProvider.System);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var load = Task.Run(async () =>
        {
            var sent = 0;
            while (!over.IsCancellationRequested)
            {
                // Throws for an answer that is none.
                sent += (await proxy.LoadAsync(10, cancellation)).Values.Sum();
            }

            return sent;
        });
        for (var change = 0; change < 1_000; change++)
        {
            Assert.True((await rig.ApplyAsync(change % 101)).Route.Accepted);
        }

        await over.CancelAsync();
        Assert.InRange(await load, 100, int.MaxValue);
    }

    private static async Task<string> WeightsAsync(RealHAProxy proxy, CancellationToken cancellation)
    {
        var state = await proxy.AskAsync("show servers state", cancellation);
        return string.Join('\n', state.Split('\n').Select(line => line.Split(' ')).Where(row => row.Length > 8).Select(row => $"{row[1]}/{row[3]} {row[7]}"));
    }
}
