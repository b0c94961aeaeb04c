using System.Text.Json.Nodes;
using CanaryController.Manager.Traffic.Consul;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>How often Consul is asked, and how new its answers are.</summary>
public sealed class ConsulWatchTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly SemaphoreSlim _standing = new(0);
    private FakeConsul _consul = null!;
    private ConsulWatch _watch = null!;

    public async ValueTask InitializeAsync()
    {
        _consul = await FakeConsul.StartAsync(_time);
        _consul.Before = context =>
        {
            if (context.Request.Query.ContainsKey("index"))
            {
                _standing.Release();
            }

            return Task.FromResult(false);
        };
        Write("v1");
        _watch = new(new(_http, new() { Name = "dc", Url = _consul.Url }, _time), "config/service-resolver/shop", "read service-resolver shop", _time);
    }

    public async ValueTask DisposeAsync()
    {
        await _consul.DisposeAsync();
        _http.Dispose();
        _standing.Dispose();
    }

    [Fact]
    public async Task A_thousand_readers_share_one_request()
    {
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => _watch.GetAsync(CancellationToken.None)));
        Assert.Single(_consul.Requests, request => !request.Contains("index=", StringComparison.Ordinal));
        Assert.True(_consul.Requests.Count <= 2);
    }

    [Fact]
    public async Task While_it_is_asked_for_and_nothing_changes_one_read_stands_and_no_other_is_made()
    {
        await _watch.GetAsync(CancellationToken.None);
        await _watch.GetAsync(CancellationToken.None);
        await _standing.WaitAsync(Timeout.Infinite, CancellationToken.None);
        for (var second = 0; second < 4; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal("v1", Subset(await _watch.GetAsync(CancellationToken.None)));
        }

        Assert.Equal(2, _consul.Requests.Count);
        Assert.Contains("wait=5000ms", _consul.Requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_is_answered_by_the_standing_read()
    {
        await _watch.GetAsync(CancellationToken.None);
        await _watch.GetAsync(CancellationToken.None);
        await _standing.WaitAsync(Timeout.Infinite, CancellationToken.None);
        Write("v2");

        // The next standing read begins only when the answer of this one was kept.
        while (!_standing.Wait(0, CancellationToken.None))
        {
            await _watch.GetAsync(CancellationToken.None);
            await Task.Yield();
        }

        Assert.Equal("v2", Subset(await _watch.GetAsync(CancellationToken.None)));
        Assert.DoesNotContain(_consul.Requests.Skip(1), request => !request.Contains("index=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_standing_read_that_never_answers_is_not_waited_for()
    {
        await _watch.GetAsync(CancellationToken.None);
        await _watch.GetAsync(CancellationToken.None);
        await _standing.WaitAsync(Timeout.Infinite, CancellationToken.None);
        Write("v2");
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("v2", Subset(await _watch.GetAsync(CancellationToken.None)));
    }

    [Fact]
    public async Task An_index_that_goes_backwards_is_begun_anew()
    {
        await _watch.GetAsync(CancellationToken.None);
        await _watch.GetAsync(CancellationToken.None);
        await _standing.WaitAsync(Timeout.Infinite, CancellationToken.None);
        _consul.GoBack();
        Write("v2");
        _time.Advance(TimeSpan.FromSeconds(6));
        var read = default(ConsulAnswer);
        for (var tries = 0; tries < 100 && Subset(read) != "v2"; tries++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            read = await _watch.GetAsync(CancellationToken.None);
        }

        Assert.Equal("v2", Subset(read));
        Assert.Contains(_consul.Requests.Skip(1), request => !request.Contains("index=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_consul_that_is_down_is_asked_once_a_second_and_found_again()
    {
        _consul.IsDown = true;
        Assert.NotNull((await _watch.GetAsync(CancellationToken.None)).Problem);
        var asked = _consul.Requests.Count;
        Assert.NotNull((await _watch.GetAsync(CancellationToken.None)).Problem);
        Assert.Equal(asked, _consul.Requests.Count);

        _consul.IsDown = false;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("v1", Subset(await _watch.GetAsync(CancellationToken.None)));
    }

    [Fact]
    public async Task A_read_that_began_before_a_write_never_hides_it()
    {
        var (reached, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        _consul.Before = async _ =>
        {
            _consul.Before = _ => Task.FromResult(false);
            reached.SetResult();
            await go.Task;
            return false;
        };
        var old = _watch.GetAsync(CancellationToken.None);
        await reached.Task;
        Write("v2");
        Assert.Equal("v2", Subset(await _watch.RefreshAsync(CancellationToken.None)));
        go.SetResult();
        Assert.Equal("v2", Subset(await old));
        Assert.Equal("v2", Subset(await _watch.GetAsync(CancellationToken.None)));
    }

    private void Write(string subset) =>
        _consul.Put($$$$"""{"Kind": "service-resolver", "Name": "shop", "Subsets": {"{{{{subset}}}}": {"Filter": "Service.Meta.version == {{{{subset}}}}"}}}""");

    private static string? Subset(ConsulAnswer? answer) => (answer?.Body?["Subsets"] as JsonObject)?.First().Key;
}
