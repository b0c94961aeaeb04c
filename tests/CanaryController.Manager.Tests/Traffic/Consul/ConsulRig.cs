using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.Consul;
using CanaryController.Resources.Rollouts;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>The router, and a Consul that knows service <c>shop</c> of protocol http with three instances of v1 and two of v2.</summary>
internal sealed class ConsulRig : IAsyncDisposable
{
    public static readonly RouteTarget Shop = new("dc", "shop") { Router = RouterType.Consul };

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly string _token = Path.Combine(Path.GetTempPath(), $"consul-token-{Guid.NewGuid():N}");

    private ConsulRig(FakeTimeProvider time, FakeConsul consul)
    {
        (Time, Consul) = (time, consul);
        File.WriteAllText(_token, "secret\n");
        Router = new([new ConsulClient(_http, new() { Name = "dc", Url = consul.Url, TokenFile = _token }, time)], time);
    }

    public FakeTimeProvider Time { get; }

    public FakeConsul Consul { get; }

    public ConsulRouter Router { get; private set; }

    public static async Task<ConsulRig> StartAsync()
    {
        var time = new FakeTimeProvider();
        var consul = await FakeConsul.StartAsync(time);
        consul.Put("""{"Kind": "service-defaults", "Name": "shop", "Protocol": "http"}""");
        consul.SetInstances("shop", "v1", 3);
        consul.SetInstances("shop", "v2", 2);
        return new(time, consul);
    }

    public static TrafficSplit Split(decimal percent, string stable = "v1", string? canary = "v2") =>
        new(stable, canary, CanaryWeight.TryFromPercent(percent) ?? throw new ArgumentOutOfRangeException(nameof(percent)), []);

    /// <summary>Reads when what was known is too old to count.</summary>
    public Task<RouteReading> ReadAsync(string stable = "v1", string? canary = "v2")
    {
        Time.Advance(TimeSpan.FromSeconds(30));
        return Router.ReadAsync(Shop, stable, canary, CancellationToken.None);
    }

    /// <summary>Reads, and applies on that basis, as the loop does.</summary>
    public async Task<RouteReading> ApplyAsync(TrafficSplit split) =>
        await Router.ApplyAsync(Shop, split, await ReadAsync(split.Stable, split.Canary), CancellationToken.None);

    public Task<RouteReading> ApplyAsync(decimal percent) => ApplyAsync(Split(percent));

    public Task<string?> RestoreAsync(string stable = "v1") => Router.RestoreAsync(Shop, stable, CancellationToken.None);

    /// <summary>A new process: nothing is remembered.</summary>
    public void Restart() => Router = new([new ConsulClient(_http, new() { Name = "dc", Url = Consul.Url, TokenFile = _token }, Time)], Time);

    public Task WriteTokenAsync(string token) => File.WriteAllTextAsync(_token, token);

    /// <summary>Subset and weight of every split.</summary>
    public string Splits() => string.Join(", ", (Consul.Entry("service-splitter")?["Splits"] as JsonArray ?? []).Select(split => $"{split!["ServiceSubset"]} {split["Weight"]}"));

    public string Subsets() => string.Join(", ", (Consul.Entry("service-resolver")?["Subsets"] as JsonObject ?? []).Select(subset => $"{subset.Key}: {subset.Value!["Filter"]}"));

    public async ValueTask DisposeAsync()
    {
        await Consul.DisposeAsync();
        _http.Dispose();
        File.Delete(_token);
    }
}
