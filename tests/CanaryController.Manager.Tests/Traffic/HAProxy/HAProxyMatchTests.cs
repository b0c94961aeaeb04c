using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic.HAProxy;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Traffic.HAProxy;

/// <summary>Matched requests behind HAProxy, by entries of maps that lines of the backend ask.</summary>
public sealed class HAProxyMatchTests : IAsyncDisposable
{
    private const string Header = "/etc/haproxy/shop.header.x-canary.map";
    private const string Cookie = "/etc/haproxy/shop.cookie.tester.map";
    private static readonly RequestMatch _header = new(RequestMatchKind.Header, "X-Canary", "always");
    private static readonly RequestMatch _cookie = new(RequestMatchKind.Cookie, "tester", "yes");

    private readonly FakeBackend _shop = new("shop", new("v1-1", 100), new("v2-1", 0), new("v2-2", 0));
    private readonly FakeHAProxy _proxy;
    private readonly HAProxyRig _rig;

    public HAProxyMatchTests()
    {
        _proxy = new(_shop);
        (_proxy.Maps[Header], _proxy.Maps[Cookie], _proxy.Maps["/etc/haproxy/other.header.x-canary.map"]) = ([], [], [("0x1", "always", "v2-1")]);
        _rig = new(_proxy.Socket, new FakeTimeProvider());
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    [Fact]
    public async Task Steps_with_matches_are_carried_out_and_an_abort_leaves_nothing()
    {
        foreach (var split in (TrafficSplit[])[Split(0, _header), Split(5, _cookie, _header), Split(5, _cookie), Split(100), Split(0)])
        {
            var read = await _rig.ApplyAsync(split);
            Assert.Equal((split, true, null), (read.Route.Applied, read.Route.Accepted, read.Route.Problem));
        }

        await _rig.ApplyAsync(Split(5, _header));
        _rig.Restart();
        Assert.Equal([_header with { Name = "x-canary" }], (await _rig.ReadAsync()).Route.Applied!.Matches);
        Assert.Equal(Split(0), (await _rig.ApplyAsync(Split(0))).Route.Applied);
        Assert.Equal((0, 0, 1), (_proxy.Maps[Header].Count, _proxy.Maps[Cookie].Count, _proxy.Maps["/etc/haproxy/other.header.x-canary.map"].Count));
    }

    [Fact]
    public async Task What_ends_comes_before_the_weights_and_what_begins_after_them()
    {
        var lines = new List<string>();
        _proxy.Before = lines.Add;
        await _rig.ApplyAsync(Split(5, _header));
        Assert.Equal("add", Writes()[^1]);
        lines.Clear();
        await _rig.ApplyAsync(Split(0));
        Assert.Equal("del", Writes()[0]);
        Assert.DoesNotContain("del", Writes().Skip(1));

        List<string> Writes() => [.. lines.Select(line => line[..3]).Where(word => word is not "sho")];
    }

    [Fact]
    public async Task A_weight_falls_also_when_a_match_cannot_be_ended()
    {
        await _rig.ApplyAsync(Split(50, _header));
        var basis = await _rig.ReadAsync();
        _proxy.Before = line => _proxy.Maps[Header] = line.StartsWith("del", StringComparison.Ordinal) ? [("0x99", "always", "v2-1")] : _proxy.Maps[Header];
        var reading = await _rig.Router.ApplyAsync(HAProxyRig.Shop, Split(0), basis, CancellationToken.None);
        Assert.Equal((false, 0), (reading.Route.Accepted, _shop["v2-1"].Weight));
        Assert.Contains("Key not found", reading.Route.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_that_the_backend_has_no_line_for_is_refused_with_the_line_and_nothing_is_written()
    {
        var refused = await _rig.ApplyAsync(Split(5, new RequestMatch(RequestMatchKind.Header, "X-Team", "a")));
        Assert.Equal(
            "Backend 'shop' has no line that asks for the header X-Team, so its requests cannot be matched: make an empty file shop.header.x-team.map and write into the backend: "
            + "use-server %[req.fhdr(x-team),map_str(/etc/haproxy/shop.header.x-team.map)] if { req.fhdr(x-team),map_str(/etc/haproxy/shop.header.x-team.map) -m found }",
            refused.Route.Problem);
        Assert.Empty(_proxy.Writes.Concat(_proxy.MapWrites));
    }

    [Fact]
    public async Task Requests_follow_to_another_server_when_theirs_fails_and_a_reload_is_seen()
    {
        await _rig.ApplyAsync(Split(0, _header));
        Assert.Equal("v2-1", _proxy.Maps[Header].Single().Value);
        _shop["v2-1"].Operation = 0;
        Assert.Null((await _rig.ReadAsync()).Route.Applied);
        Assert.Equal(Split(0, _header), (await _rig.ApplyAsync(Split(0, _header))).Route.Applied);
        Assert.Equal("v2-2", _proxy.Maps[Header].Single().Value);

        _proxy.Reload();
        Assert.Equal(Split(0), (await _rig.ReadAsync()).Route.Applied);
        Assert.Equal(Split(0, _header), (await _rig.ApplyAsync(Split(0, _header))).Route.Applied);
    }

    [Fact]
    public async Task An_entry_that_leads_elsewhere_is_told_and_goes_and_leaving_empties_the_maps()
    {
        _proxy.Maps[Header].Add(("0x9", "always", "v1-1"));
        Assert.Equal((null, "A map of backend 'shop' leads requests to a server that is none of the canary's, or fails: its entries are written again."), ((await _rig.ReadAsync()).Route.Applied, (await _rig.ReadAsync()).Route.Problem));
        Assert.Equal(Split(0, _header), (await _rig.ApplyAsync(Split(0, _header))).Route.Applied);
        Assert.Equal("v2-1", _proxy.Maps[Header].Single().Value);
        Assert.Null(await _rig.RestoreAsync());
        Assert.Empty(_proxy.Maps[Header]);
    }

    [Fact]
    public void A_value_is_never_a_command() =>
        Gen.Char[' ', '~'].Array[1, 12].Select(letters => new string(letters).Trim()).Where(value => value.Length > 0).Sample(value =>
        {
            var line = $"{ProxyCommand.AddEntry(Header, value, "v2-1")}; {ProxyCommand.ShowMaps}";
            Assert.False(FakeCommands.AsksForMore(line));
            Assert.Equal(["add map", "show map"], FakeCommands.Of(line).Select(command => string.Join(' ', command.Words.Take(2))));
            Assert.Equal(value, FakeCommands.Of(line).First().Words[3]);
        });

    [Theory]
    [InlineData("/etc/ha;proxy/shop.header.x.map")]
    [InlineData("/etc/ha proxy/shop.header.x.map")]
    [InlineData("#1")]
    public void A_file_that_could_be_a_command_is_never_named(string file)
    {
        Assert.Throws<ArgumentException>(() => ProxyCommand.ShowMap(file));
        Assert.Empty(ProxyMapReader.Find("shop", $"# id (file) description\n0 ({file}) pattern loaded\n"));
    }

    private static TrafficSplit Split(decimal percent, params EquatableArray<RequestMatch> matches) => HAProxyRig.Split(percent) with { Matches = matches };
}
