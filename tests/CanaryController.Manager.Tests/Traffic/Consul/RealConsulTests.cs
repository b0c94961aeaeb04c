using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.Consul;

namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>The router against a real Consul that denies what is not granted, with no more rights than docs/routers/consul.md asks for.</summary>
public sealed class RealConsulTests : IAsyncLifetime
{
    private const string Policy = """
        service "shop" {
          policy     = "write"
          intentions = "read"
        }
        service_prefix "" { policy = "read" }
        node_prefix "" { policy = "read" }
        """;

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly string _token = Path.Combine(Path.GetTempPath(), $"consul-token-{Guid.NewGuid():N}");
    private RealConsul? _started;
    private ConsulRouter _router = null!;

    private RealConsul Consul => _started!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _started = await RealConsul.StartAsync(Cancellation, withAcls: true);
        await Consul.PutAsync("/v1/acl/policy", new JsonObject { ["Name"] = "canary", ["Rules"] = Policy }, Cancellation);
        var token = await Consul.PutAsync("/v1/acl/token", new JsonObject { ["Policies"] = new JsonArray(new JsonObject { ["Name"] = "canary" }) }, Cancellation);
        await File.WriteAllTextAsync(_token, (string?)token["SecretID"], Cancellation);
        await WriteAsync("""{"Kind": "service-defaults", "Name": "shop", "Protocol": "http"}""");
        await Consul.RegisterAsync("shop-a", "v1", 8000, "passing", Cancellation);
        await Consul.RegisterAsync("shop-b", "v1", 8010, "passing", Cancellation);
        await Consul.RegisterAsync("shop-c", "v2", 8020, "critical", Cancellation);
        _router = new([new ConsulClient(_http, new() { Name = "dc", Url = Consul.Url, TokenFile = _token }, TimeProvider.System)], TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        File.Delete(_token);
        if (_started is not null)
        {
            await _started.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_whole_rollout_runs_and_leaves_nothing_behind()
    {
        var begun = await ApplyAsync("v1", null, 0);
        Assert.Equal((TrafficSplit.AllTo("v1"), null), (begun.Route.Applied, begun.Route.Problem));
        Assert.Equal(new VersionInstances(2, 2), begun.Versions["v1"]);
        await ApplyAsync("v1", "v2", 0);
        var waiting = await ApplyAsync("v1", "v2", 10);
        Assert.StartsWith("Waits for a healthy instance of version v2", waiting.Route.Problem, StringComparison.Ordinal);
        Assert.Equal(new VersionInstances(0, 1), waiting.Versions["v2"]);

        await Consul.PassAsync("shop-c", Cancellation);
        foreach (var percent in (decimal[])[10, 33.33m, 99.99m, 50, 0, 100])
        {
            var applied = await UntilAsync(() => ApplyAsync("v1", "v2", percent), reading => reading.Route.Applied?.Weight.Percent == percent);
            Assert.Equal((percent, true, null), (applied.Route.Applied!.Weight.Percent, applied.Route.Accepted, applied.Route.Problem));
        }

        await ApplyAsync("v2", null, 0);
        Assert.StartsWith("Waits until the 2 instances of service shop that are not of version v2 are deregistered", await _router.RestoreAsync(ConsulRig.Shop, "v2", Cancellation), StringComparison.Ordinal);
        await Consul.PutAsync("/v1/agent/service/deregister/shop-a", null, Cancellation);
        await Consul.PutAsync("/v1/agent/service/deregister/shop-b", null, Cancellation);
        await UntilAsync(async () => await _router.RestoreAsync(ConsulRig.Shop, "v2", Cancellation), left => left is null);
        Assert.Equal((null, null), (await EntryAsync("service-splitter"), await EntryAsync("service-resolver")));
    }

    [Fact]
    public async Task What_others_wrote_before_comes_back_as_it_was()
    {
        const string resolver = """{"Kind": "service-resolver", "Name": "shop", "ConnectTimeout": "3s", "DefaultSubset": "prod", "Subsets": {"prod": {"Filter": "Service.Meta.env == prod", "OnlyPassing": true}}, "Failover": {"prod": {"Datacenters": ["dc2"]}}, "Meta": {"team": "a"}}""";
        await WriteAsync(resolver);
        await WriteAsync("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 100, "ServiceSubset": "prod"}]}""");
        var before = (Splitter: await EntryAsync("service-splitter"), Resolver: await EntryAsync("service-resolver"));
        await Consul.PassAsync("shop-c", Cancellation);
        await UntilAsync(() => ApplyAsync("v1", "v2", 30), reading => reading.Route.Applied?.Weight.Percent == 30);
        Assert.Equal("(Service.Meta.env == prod) and Service.Meta.version == \"v2\"", (string?)(await EntryAsync("service-resolver"))!["Subsets"]!["v2"]!["Filter"]);
        await ApplyAsync("v1", "v2", 0);
        await Consul.PutAsync("/v1/agent/service/deregister/shop-c", null, Cancellation);
        await UntilAsync(async () => await _router.RestoreAsync(ConsulRig.Shop, "v1", Cancellation), left => left is null);
        Assert.Equal(before.Splitter!.ToJsonString(), (await EntryAsync("service-splitter"))!.ToJsonString());
        Assert.Equal(before.Resolver!.ToJsonString(), (await EntryAsync("service-resolver"))!.ToJsonString());
    }

    [Fact]
    public async Task A_write_of_others_is_known_at_once_and_refuses_what_was_decided_before()
    {
        await ApplyAsync("v1", "v2", 0);
        var basis = await _router.ReadAsync(ConsulRig.Shop, "v1", "v2", Cancellation);
        await _router.ReadAsync(ConsulRig.Shop, "v1", "v2", Cancellation);
        await WriteAsync("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 70, "ServiceSubset": "v1"}, {"Weight": 30, "ServiceSubset": "v2"}]}""");
        var seen = await UntilAsync(() => _router.ReadAsync(ConsulRig.Shop, "v1", "v2", Cancellation), reading => reading.Basis != basis.Basis);
        Assert.Equal(30, seen.Route.Applied?.Weight.Percent);
        var stale = await _router.ApplyAsync(ConsulRig.Shop, ConsulRig.Split(20), basis, Cancellation);
        Assert.Equal((30m, null), (stale.Route.Applied?.Weight.Percent, stale.Route.Problem));
    }

    [Theory]
    [InlineData("""{"Kind": "service-defaults", "Name": "shop", "Protocol": "tcp"}""", "The protocol of service shop is tcp")]
    [InlineData("""{"Kind": "service-intentions", "Name": "shop", "Sources": [{"Name": "*", "Action": "deny"}]}""", "Intentions deny every caller of service shop")]
    [InlineData("""{"Kind": "service-intentions", "Name": "*", "Sources": [{"Name": "*", "Action": "deny"}]}""", "Intentions deny every caller of service shop")]
    [InlineData("""{"Kind": "service-router", "Name": "shop", "Routes": [{"Match": {"HTTP": {"PathPrefix": "/"}}, "Destination": {"Service": "other"}}]}""", "to service other, past the service-splitter")]
    [InlineData("""{"Kind": "service-resolver", "Name": "shop", "Redirect": {"Service": "other"}}""", "redirects to other")]
    public async Task What_cannot_be_divided_is_said_and_nothing_is_written(string entry, string problem)
    {
        await WriteAsync("""{"Kind": "service-defaults", "Name": "other", "Protocol": "http"}""");
        await WriteAsync(entry);
        var refused = await ApplyAsync("v1", null, 0);
        Assert.Contains(problem, refused.Route.Problem, StringComparison.Ordinal);
        Assert.Null(await EntryAsync("service-splitter"));
    }

    [Theory]
    [InlineData("""service "shop" { policy = "read" intentions = "read" } service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }""", "403")]
    [InlineData("", "403")]
    public async Task A_token_with_less_rights_is_told_what_it_needs(string rules, string why)
    {
        await ApplyAsync("v1", null, 0);
        await Consul.PutAsync("/v1/acl/policy", new JsonObject { ["Name"] = "less", ["Rules"] = rules }, Cancellation);
        var token = await Consul.PutAsync("/v1/acl/token", new JsonObject { ["Policies"] = new JsonArray(new JsonObject { ["Name"] = "less" }) }, Cancellation);
        await File.WriteAllTextAsync(_token, (string?)token["SecretID"], Cancellation);
        var reading = await UntilAsync(() => ApplyAsync("v1", "v2", 0), reading => reading.Route.Problem is not null);
        Assert.Contains(why, reading.Route.Problem, StringComparison.Ordinal);
        Assert.Contains("intentions = read", reading.Route.Problem, StringComparison.Ordinal);
    }

    private async Task<RouteReading> ApplyAsync(string stable, string? canary, decimal percent) => await _router.ApplyAsync(
        ConsulRig.Shop, ConsulRig.Split(percent, stable, canary), await _router.ReadAsync(ConsulRig.Shop, stable, canary, Cancellation), Cancellation);

    private async Task WriteAsync(string entry) => await Consul.PutAsync("/v1/config", JsonNode.Parse(entry), Cancellation);

    private async Task<JsonObject?> EntryAsync(string kind)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{Consul.Url}/v1/config/{kind}/shop"));
        request.Headers.Add("X-Consul-Token", Consul.Root);
        using var answer = await _http.SendAsync(request, Cancellation);
        if (!answer.IsSuccessStatusCode)
        {
            return null;
        }

        var entry = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!.AsObject();
        entry.Remove("ModifyIndex");
        return entry;
    }

    /// <summary>Consul's agent and servers agree within moments, not at once.</summary>
    private static async Task<T> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> isDone)
    {
        for (var attempt = 0; ; attempt++)
        {
            var seen = await look();
            if (isDone(seen) || attempt == 100)
            {
                return seen;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Cancellation);
        }
    }
}
