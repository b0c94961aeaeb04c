using System.Net;

namespace CanaryController.Gateway.Tests;

/// <summary>Splits over restarts.</summary>
public sealed class StateTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = TestGateway.NewFolder();
    private Upstream _v1 = null!;
    private Upstream _v2 = null!;

    public async ValueTask InitializeAsync() => (_v1, _v2) = (await Upstream.StartAsync("v1"), await Upstream.StartAsync("v2"));

    public async ValueTask DisposeAsync()
    {
        await _v1.DisposeAsync();
        await _v2.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_restart_keeps_split_and_generation()
    {
        await using (var first = await StartAsync())
        {
            await first.SplitAsync(0, 10000, """[{"kind": "Cookie", "name": "old", "value": "1", "version": "v1"}]""");
        }

        await using var second = await StartAsync();
        var route = await second.RouteAsync();
        Assert.Equal(2, (long)route["generation"]!);
        Assert.Equal("v2", await second.AskAsync());
        Assert.Equal("v1", (string)route["split"]!["matches"]![0]!["version"]!);
    }

    [Fact]
    public async Task When_a_version_that_carried_weight_is_gone_at_start_all_goes_to_stable_under_a_new_generation()
    {
        await using (var first = await StartAsync())
        {
            await first.SplitAsync(5000, 5000);
        }

        await using var second = await StartAsync(OnlyV1);
        var route = await second.RouteAsync();
        Assert.Equal(3, (long)route["generation"]!);
        Assert.Equal("""{"v1":10000}""", route["split"]!["weights"]!.ToJsonString());
    }

    [Fact]
    public async Task A_version_without_weight_may_go()
    {
        await using (var first = await StartAsync())
        {
            await first.SplitAsync(10000, 0);
        }

        await using var second = await StartAsync(OnlyV1);
        Assert.Equal(1, (long)(await second.RouteAsync())["generation"]!);
    }

    [Fact]
    public async Task A_match_to_a_version_that_is_gone_is_dropped_alone()
    {
        await using (var first = await StartAsync())
        {
            await first.SplitAsync(10000, 0, """[{"kind": "Cookie", "name": "beta", "value": "1", "version": "v2"}]""");
        }

        await using var second = await StartAsync(OnlyV1);
        var route = await second.RouteAsync();
        Assert.Equal(3, (long)route["generation"]!);
        Assert.Empty(route["split"]!["matches"]!.AsArray());
    }

    [Theory]
    [InlineData("{\"format\": 1, \"rou")]
    [InlineData("null")]
    [InlineData("""{"format": 1, "routes": {"shop": {"generation": 4, "weights": {"v1": 1}, "matches": []}}}""")]
    [InlineData("""{"format": 1, "routes": {"shop": {"generation": 4, "weights": null, "matches": []}}}""")]
    [InlineData("""{"format": 1, "routes": {"shop": {"generation": 4, "weights": {"v1": 10000}, "matches": null}}}""")]
    [InlineData("""{"format": 1, "routes": {"shop": {"generation": 4, "weights": {"v1": 2147483647, "v2": 2147483647}, "matches": []}}}""")]
    [InlineData("""{"format": 1, "routes": {"shop": null}}""")]
    [InlineData("""{"format": 1, "routes": null}""")]
    public async Task A_broken_state_file_is_moved_aside_and_stable_has_all(string content)
    {
        await using (var first = await StartAsync())
        {
            await first.SplitAsync(0, 10000);
            await File.WriteAllTextAsync(first.StateFile, content);
        }

        await using var second = await StartAsync();
        Assert.Equal("v1", await second.AskAsync());
        Assert.Equal(content, await File.ReadAllTextAsync(second.StateFile + ".broken"));
    }

    [Fact]
    public async Task A_split_that_cannot_be_kept_is_in_force_all_the_same()
    {
        await using var gateway = await StartAsync();
        await gateway.SplitAsync(0, 10000);
        // A directory in the way of the file that is written beside: no write can succeed, also for root.
        Directory.CreateDirectory(gateway.StateFile + ".new");
        using var abort = await gateway.PutAsync("""{"weights": {"v1": 10000, "v2": 0}}""");
        Assert.Equal(HttpStatusCode.OK, abort.StatusCode);
        Assert.Equal("v1", await gateway.AskAsync());
        Assert.Equal(1, await gateway.MetricAsync("canary_gateway_state_write_failures_total"));
    }

    private string OnlyV1 => $$"""
        - name: shop
          stable: v1
          versions: {v1: {addresses: ["{{_v1.Address}}"] } }
        """;

    private Task<TestGateway> StartAsync(string? routes = null) => TestGateway.StartAsync(routes ?? TestGateway.Shop(_v1, _v2), folder: _folder);
}
