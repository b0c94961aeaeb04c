using CanaryController.Manager.Traffic.HAProxy;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Traffic.HAProxy;

/// <summary>A socket that is away, hangs or answers nonsense; and names that would be commands.</summary>
public sealed class HAProxyClientTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeBackend _shop = new("shop", new("v1-1", 100), new("v2-1", 0));
    private readonly FakeHAProxy _proxy;
    private readonly HAProxyRig _rig;

    public HAProxyClientTests()
    {
        _proxy = new(_shop);
        _rig = new(_proxy.Socket, _time);
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    [Fact]
    public async Task A_proxy_that_hangs_is_given_up_at_the_deadline_and_for_a_second_asked_by_writers_only()
    {
        var reached = new TaskCompletionSource();
        (_proxy.Before, _proxy.Instead) = (_ => reached.TrySetResult(), _ => null);
        var read = _rig.ReadAsync();
        await reached.Task;
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("within 2 s", (await read).Route.Problem, StringComparison.Ordinal);

        (_proxy.Before, _proxy.Instead) = (null, null);
        Assert.Contains("within 2 s", (await _rig.ReadAsync()).Route.Problem, StringComparison.Ordinal);
        Assert.NotNull((await _rig.ApplyAsync(0)).Route.Applied);
        Assert.NotNull((await _rig.ReadAsync()).Route.Applied);
    }

    [Fact]
    public async Task A_socket_that_is_not_there_is_told_with_its_place()
    {
        var rig = new HAProxyRig(_proxy.Socket + ".none", _time);
        Assert.Contains($"cannot be reached at {_proxy.Socket}.none", (await rig.ReadAsync()).Route.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("1\n# be_id\n")]
    [InlineData("HTTP/1.1 400 Bad Request\n\n")]
    [InlineData("1\n# be_id be_name srv_name\n3 shop v1-1\n\n# pxname,svname,\nshop,BACKEND,\n\n")]
    [InlineData("1\n# srv_name srv_op_state srv_admin_state srv_uweight srv_iweight\nv1-1 2 0 999 1\n\n# pxname,svname,\nshop,BACKEND,\n\n")]
    [InlineData("1\n# srv_name srv_op_state srv_admin_state srv_uweight srv_iweight\nv1;show 2 0 1 1\n\n# pxname,svname,\nshop,BACKEND,\n\n")]
    [InlineData("2\n# srv_name\n\n# pxname,svname,\nshop,BACKEND,\n\n")]
    public async Task An_answer_that_is_none_is_a_problem_and_nothing_is_written(string answer)
    {
        _proxy.Instead = _ => answer;

        Assert.NotNull((await _rig.ReadAsync()).Route.Problem);
        Assert.NotNull((await _rig.ApplyAsync(5)).Route.Problem);
        Assert.Empty(_proxy.Writes);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        _proxy.Instead = _ => new string('x', HAProxyClient.MaxAnswerBytes + 1);
        Assert.Contains("more than 16 MB", (await _rig.ReadAsync()).Route.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_servers_are_written_in_lines_that_fit_into_HAProxys_buffer()
    {
        var longest = 0;
        _proxy.Before = line => longest = Math.Max(longest, line.Length);
        _proxy.Backends[0] = new("shop", [.. Enumerable.Range(0, 1_000).Select(number => new FakeServer($"v{1 + (number % 2)}-{number:D40}", number % 2 == 0 ? 100 : 0))]);

        var applied = await _rig.ApplyAsync(50);

        Assert.Equal(HAProxyRig.Split(50), applied.Route.Applied);
        Assert.InRange(longest, 1, 8_000);
    }

    [Theory]
    [InlineData("shop; shutdown sessions server shop/v1-1")]
    [InlineData("shop\nset")]
    [InlineData("shop v1")]
    [InlineData("")]
    [InlineData("shop/v1")]
    public void A_name_is_never_a_command(string name)
    {
        Assert.Throws<ArgumentException>(() => ProxyCommand.ShowServers(name));
        Assert.Throws<ArgumentException>(() => ProxyCommand.ShowStat(name));
        Assert.Throws<ArgumentException>(() => ProxyCommand.SetWeight("shop", name, 1));
        Assert.Throws<ArgumentException>(() => ProxyCommand.SetWeight(name, "v1", 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProxyCommand.SetWeight("shop", "v1", 257));
    }
}
