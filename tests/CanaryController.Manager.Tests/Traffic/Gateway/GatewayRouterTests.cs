using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.Gateway;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Traffic.Gateway;

public sealed class GatewayRouterTests : IAsyncLifetime
{
    private static readonly RouteTarget Shop = new("edge", "shop");

    private readonly FakeTimeProvider _time = new();
    private readonly string _token = Path.Combine(Path.GetTempPath(), $"canary-token-{Guid.NewGuid():N}");
    private FakeGateway _gateway = null!;
    private HttpClient _http = null!;
    private GatewayRouter _router = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(_token, "secret\n");
        _gateway = await FakeGateway.StartAsync();
        _http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        _router = new GatewayRouter([new GatewayClient(_http, new() { Name = "edge", Url = _gateway.Url, TokenFile = _token }, _time)], _time);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _gateway.DisposeAsync();
        File.Delete(_token);
    }

    [Fact]
    public async Task What_was_applied_is_what_is_read()
    {
        foreach (var split in Splits())
        {
            var applied = await ApplyAsync(split);
            Assert.Equal(split, applied.Route.Applied);
            Assert.True(applied.Route.Accepted);
            _time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(split, (await ReadAsync()).Route.Applied);
        }
    }

    [Fact]
    public async Task Instances_are_told_by_version()
    {
        var reading = await ReadAsync();
        Assert.Equal(new VersionInstances(3, 3), reading.Versions["v1"]);
        Assert.Equal(new VersionInstances(1, 2), reading.Versions["v2"]);
    }

    [Fact]
    public async Task A_thousand_readers_share_one_request()
    {
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => ReadAsync()));
        Assert.Equal(1, _gateway.Reads);
    }

    [Fact]
    public async Task A_read_that_began_before_a_write_never_hides_it()
    {
        var (reached, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        _gateway.BeforeList = async () =>
        {
            reached.TrySetResult();
            await go.Task;
        };
        var old = ReadAsync();
        await reached.Task;
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var split = new TrafficSplit("v1", "v2", CanaryWeight.FromBasisPoints(500), []);
        await ApplyAsync(split);
        go.SetResult();

        Assert.Equal(split, (await old).Route.Applied);
    }

    [Fact]
    public async Task A_write_tells_the_next_reader_without_a_request()
    {
        await ReadAsync();
        var split = new TrafficSplit("v1", "v2", CanaryWeight.FromBasisPoints(500), []);
        await ApplyAsync(split);
        Assert.Equal(split, (await ReadAsync()).Route.Applied);
        Assert.Equal(1, _gateway.Reads);
    }

    [Fact]
    public async Task Somebody_elses_change_is_told_and_not_overwritten_unseen()
    {
        await ReadAsync();
        _gateway.Change("""{"weights":{"v1":7000,"v2":3000},"matches":[]}""");
        var wanted = new TrafficSplit("v1", "v2", CanaryWeight.FromBasisPoints(500), []);

        Assert.Equal(3_000, (await ApplyAsync(wanted)).Route.Applied!.Weight.BasisPoints);
        Assert.Equal(wanted, (await ApplyAsync(wanted)).Route.Applied);
    }

    [Theory]
    [InlineData("""{"weights":{"v1":5000,"v2":3000,"v3":2000},"matches":[]}""")]
    [InlineData("""{"weights":{"v3":10000},"matches":[]}""")]
    [InlineData("""{"weights":{"v1":10000},"matches":[{"kind":"Header","name":"x","value":"1","version":"v3"}]}""")]
    [InlineData("""{"weights":{"v1":10000},"matches":[{"kind":"Query","name":"x","value":"1","version":"v2"}]}""")]
    [InlineData("""{"weights":{"v1":9000},"matches":[]}""")]
    [InlineData("""{"weights":{"v1":20000,"v2":-10000},"matches":[]}""")]
    public async Task A_split_that_is_not_the_rollouts_is_never_taken_for_one(string split)
    {
        _gateway.Change(split);
        var reading = await ReadAsync();
        Assert.Null(reading.Route.Applied);
        Assert.NotNull(reading.Route.Problem);
        Assert.NotEmpty(reading.Versions);
    }

    [Fact]
    public async Task An_unknown_version_is_told_in_the_gateways_words()
    {
        var reading = await _router.ApplyAsync(Shop, new TrafficSplit("v1", "v9", CanaryWeight.FromBasisPoints(500), []), RouteReading.Unknown("the gateway keeps it"), CancellationToken.None);
        Assert.Contains("weights.v9: There is no such version.", reading.Route.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewed_token_counts_at_once()
    {
        _gateway.Token = "renewed";
        var refused = await ReadAsync();
        Assert.Contains("tokenFile", refused.Route.Problem, StringComparison.Ordinal);

        await File.WriteAllTextAsync(_token, "renewed");
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull((await ReadAsync()).Route.Applied);
    }

    [Fact]
    public async Task A_gateway_that_hangs_is_given_up_after_two_seconds()
    {
        var reached = new TaskCompletionSource();
        _gateway.InsteadOfPut = async context =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        var apply = ApplyAsync(TrafficSplit.AllTo("v1"));
        await reached.Task;
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("within 2 s", (await apply).Route.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html/>")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"name":"shop","generation":1,"split":null,"versions":[]}""")]
    [InlineData("""{"name":"shop","generation":"x","split":{"weights":{"v1":10000}},"versions":[]}""")]
    public async Task An_answer_that_is_not_the_apis_is_a_problem(string body)
    {
        _gateway.InsteadOfPut = context => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, body);
        var reading = await ApplyAsync(TrafficSplit.AllTo("v1"));
        Assert.Null(reading.Route.Applied);
        Assert.NotNull(reading.Route.Problem);
    }

    [Fact]
    public async Task Unknown_routes_and_gateways_are_told_by_name()
    {
        Assert.Contains("'basket'", (await _router.ReadAsync(new("edge", "basket"), "v1", null, CancellationToken.None)).Route.Problem, StringComparison.Ordinal);
        Assert.Contains("'core'", (await _router.ReadAsync(new("core", "shop"), "v1", null, CancellationToken.None)).Route.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_wrong_in_the_configuration_is_told_at_once()
    {
        var problems = GatewayOptionsValidator.Validate(
        [
            new() { Name = "edge", Url = "http://127.0.0.1:1", TokenFile = "t" },
            new() { Name = "edge", Url = "unix:/x", Timeout = TimeSpan.FromMinutes(1) },
        ]);
        Assert.Equal(["gateways[1].name", "gateways[1].url", "gateways[1].tokenFile", "gateways[1].timeout"], problems.Select(problem => problem.Path));
    }

    private static IEnumerable<TrafficSplit> Splits()
    {
        EquatableArray<RequestMatch> matches = [new(RequestMatchKind.Header, "x-canary", "always"), new(RequestMatchKind.Cookie, "beta", "1")];
        foreach (var basisPoints in (int[])[0, 1, 500, 9_999, 10_000])
        {
            yield return new("v1", "v2", CanaryWeight.FromBasisPoints(basisPoints), []);
            yield return new("v1", "v2", CanaryWeight.FromBasisPoints(basisPoints), matches);
        }
    }

    private Task<RouteReading> ReadAsync() => _router.ReadAsync(Shop, "v1", "v2", CancellationToken.None);

    private Task<RouteReading> ApplyAsync(TrafficSplit split) => _router.ApplyAsync(Shop, split, RouteReading.Unknown("the gateway keeps it"), CancellationToken.None);
}
