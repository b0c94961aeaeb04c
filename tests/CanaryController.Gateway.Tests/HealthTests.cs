using System.Net;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Gateway.Tests;

/// <summary>Active checks, on virtual time.</summary>
public sealed class HealthTests
{
    private const string Checks = "  health: {path: /healthz, interval: 2s, timeout: 1m}";
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_version_without_a_healthy_address_answers_503_and_never_leaks_to_the_other()
    {
        await using var shop = await ShopGateway.StartAsync(Checks, time: _time);
        await shop.Gateway.SplitAsync(0, 10000);
        shop.V2.IsHealthy = false;
        await RoundUntilAsync(async () => await HealthyAsync(shop, "v2") == 0);
        for (var request = 0; request < 20; request++)
        {
            using var response = await shop.Gateway.Users.GetAsync(new Uri("/", UriKind.Relative));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal("NoHealthyDestination", Assert.Single(response.Headers.GetValues("X-Canary-Gateway-Error")));
        }

        Assert.Equal(0, shop.V1.Requests);
        Assert.Equal(20, await shop.Gateway.MetricAsync("""canary_gateway_requests_total{route="shop",version="v2",code="503"}"""));

        shop.V2.IsHealthy = true;
        await RoundUntilAsync(async () => await HealthyAsync(shop, "v2") == 1);
        Assert.Equal("v2", await shop.Gateway.AskAsync());
    }

    [Fact]
    public async Task Every_address_was_checked_before_the_first_request()
    {
        await using var v1 = await Upstream.StartAsync("v1");
        await using var v2 = await Upstream.StartAsync("v2");
        v2.IsHealthy = false;
        await using var gateway = await TestGateway.StartAsync(TestGateway.Shop(v1, v2, Checks), time: _time);
        var versions = (await gateway.RouteAsync())["versions"]!;
        Assert.Equal(1, (int)versions[0]!["healthy"]!);
        Assert.Equal(0, (int)versions[1]!["healthy"]!);
    }

    [Fact]
    public async Task Requests_take_turns_among_the_healthy_addresses_only()
    {
        await using var a = await Upstream.StartAsync("a");
        await using var b = await Upstream.StartAsync("b");
        await using var c = await Upstream.StartAsync("c");
        c.IsHealthy = false;
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            - name: shop
              stable: v1
              versions: {v1: {addresses: ["{{a.Address}}", "{{b.Address}}", "{{c.Address}}"] } }
            {{Checks}}
            """,
            time: _time);
        for (var request = 0; request < 20; request++)
        {
            await gateway.AskAsync();
        }

        Assert.Equal((10, 10, 0), (a.Requests, b.Requests, c.Requests));
    }

    private static async Task<int> HealthyAsync(ShopGateway shop, string version) =>
        (await shop.Gateway.RouteAsync())["versions"]!.AsArray().Where(seen => (string)seen!["name"]! == version).Select(seen => (int)seen!["healthy"]!).Single();

    /// <summary>Lets rounds of checks begin, which run over real sockets, until their result is seen.</summary>
    private Task RoundUntilAsync(Func<Task<bool>> seen) => FailureTests.UntilAsync(async () =>
    {
        _time.Advance(TimeSpan.FromSeconds(2));
        return await seen();
    });
}
