using System.Net;

namespace CanaryController.Gateway.Tests;

/// <summary>Splits in force, seen by users.</summary>
public sealed class SplitTests
{
    [Fact]
    public async Task All_requests_go_to_stable_until_a_split_is_applied()
    {
        await using var shop = await ShopGateway.StartAsync();
        for (var request = 0; request < 20; request++)
        {
            Assert.Equal("v1", await shop.Gateway.AskAsync());
        }

        Assert.Equal(1, (long)(await shop.Gateway.RouteAsync())["generation"]!);
    }

    [Fact]
    public async Task Ten_percent_of_a_thousand_requests_are_within_two_of_a_hundred()
    {
        await using var shop = await ShopGateway.StartAsync();
        await shop.Gateway.SplitAsync(9000, 1000);
        for (var request = 0; request < 1000; request++)
        {
            await shop.Gateway.AskAsync();
        }

        Assert.InRange(shop.V2.Requests, 98, 102);
    }

    [Fact]
    public async Task Weight_zero_means_none()
    {
        await using var shop = await ShopGateway.StartAsync();
        await shop.Gateway.SplitAsync(5000, 5000);
        await shop.Gateway.SplitAsync(10000, 0);
        for (var request = 0; request < 500; request++)
        {
            Assert.Equal("v1", await shop.Gateway.AskAsync());
        }
    }

    [Fact]
    public async Task Each_request_after_a_put_follows_it()
    {
        await using var shop = await ShopGateway.StartAsync();
        for (var change = 0; change < 100; change++)
        {
            await shop.Gateway.SplitAsync(change % 2 == 0 ? 0 : 10000, change % 2 == 0 ? 10000 : 0);
            Assert.Equal(change % 2 == 0 ? "v2" : "v1", await shop.Gateway.AskAsync());
        }
    }

    [Fact]
    public async Task No_request_is_lost_by_a_thousand_splits_under_load()
    {
        await using var shop = await ShopGateway.StartAsync();
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(async _ =>
        {
            var answered = 0;
            while (!stop.IsCancellationRequested)
            {
                using var response = await shop.Gateway.Users.GetAsync(new Uri("/", UriKind.Relative), CancellationToken.None);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                answered++;
            }

            return answered;
        }).ToList();
        for (var change = 1; change <= 1000; change++)
        {
            await shop.Gateway.SplitAsync(10000 - change, change);
        }

        await stop.CancelAsync();
        var answers = await Task.WhenAll(load);
        Assert.All(answers, answered => Assert.True(answered > 0));
        Assert.Equal(answers.Sum(), shop.V1.Requests + shop.V2.Requests);
        Assert.Equal(1001, (long)(await shop.Gateway.RouteAsync())["generation"]!);
    }

    [Fact]
    public async Task Header_and_cookie_matches_come_before_the_weights()
    {
        await using var shop = await ShopGateway.StartAsync();
        await shop.Gateway.SplitAsync(10000, 0, """
            [{"kind": "Header", "name": "X-Canary", "value": "always", "version": "v2"}, {"kind": "Cookie", "name": "beta", "value": "1", "version": "v2"}]
            """);

        Assert.Equal("v2", await AskWithAsync("x-canary", "always"));
        Assert.Equal("v2", await AskWithAsync("Cookie", "a=b; beta=1"));
        Assert.Equal("v1", await AskWithAsync("x-canary", "Always"));
        Assert.Equal("v1", await AskWithAsync("Cookie", "beta=2"));
        Assert.Equal("v1", await shop.Gateway.AskAsync());
        // As docs/gateway-admin-api.md says of cookies: any case, the last of several, decoded, quotes included; what is no cookie stands in nobody's way.
        Assert.Equal("v2", await AskWithAsync("Cookie", "BETA=1"));
        Assert.Equal("v2", await AskWithAsync("Cookie", "beta=2; beta=1"));
        Assert.Equal("v1", await AskWithAsync("Cookie", "beta=1; beta=2"));
        Assert.Equal("v2", await AskWithAsync("Cookie", "beta=%31"));
        Assert.Equal("v1", await AskWithAsync("Cookie", "beta=\"1\""));
        Assert.Equal("v2", await AskWithAsync("Cookie", "x={\"a\":1,\"b\":2}; foo; =y; a b=c; beta=1"));

        async Task<string> AskWithAsync(string header, string value)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            request.Headers.TryAddWithoutValidation(header, value);
            using var response = await shop.Gateway.Users.SendAsync(request);
            return await response.Content.ReadAsStringAsync();
        }
    }
}

/// <summary>The gateway with its two versions.</summary>
internal sealed record ShopGateway(Upstream V1, Upstream V2, TestGateway Gateway) : IAsyncDisposable
{
    public static async Task<ShopGateway> StartAsync(string more = "", string settings = "", TimeProvider? time = null)
    {
        var (v1, v2) = (await Upstream.StartAsync("v1"), await Upstream.StartAsync("v2"));
        return new ShopGateway(v1, v2, await TestGateway.StartAsync(TestGateway.Shop(v1, v2, more), settings, time));
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await V1.DisposeAsync();
        await V2.DisposeAsync();
    }
}
