using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace CanaryController.Gateway.Tests;

/// <summary>What users get, and what is counted, when a version or a user fails.</summary>
public sealed class FailureTests
{
    private static readonly TimeSpan HangsAfter = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_version_that_cannot_be_reached_answers_502_made_by_the_gateway_and_counts_for_it()
    {
        await using var shop = await ShopGateway.StartAsync();
        await shop.Gateway.SplitAsync(0, 10000);
        await shop.V2.DisposeAsync();
        using var response = await GetAsync(shop);
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("Unreachable", Assert.Single(response.Headers.GetValues("X-Canary-Gateway-Error")));
        Assert.Equal(1, await CountAsync(shop, 502));
        Assert.Equal(0, shop.V1.Requests);
    }

    [Fact]
    public async Task A_version_that_is_silent_longer_than_the_timeout_answers_504()
    {
        await using var shop = await ShopGateway.StartAsync("  timeout: 50ms");
        await shop.Gateway.SplitAsync(0, 10000);
        shop.V2.Answer = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        using var response = await GetAsync(shop);
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("TimedOut", Assert.Single(response.Headers.GetValues("X-Canary-Gateway-Error")));
        Assert.Equal(1, await CountAsync(shop, 504));
    }

    [Fact]
    public async Task A_failure_of_the_version_itself_is_passed_on_and_no_version_can_speak_for_the_gateway()
    {
        await using var shop = await ShopGateway.StartAsync();
        await shop.Gateway.SplitAsync(0, 10000);
        shop.V2.Answer = context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers["X-Canary-Gateway-Error"] = "Unreachable";
            context.Response.Headers["X-Other"] = "stays";
            return Task.CompletedTask;
        };
        using var response = await GetAsync(shop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.False(response.Headers.Contains("X-Canary-Gateway-Error"));
        Assert.True(response.Headers.Contains("X-Other"));
        Assert.Equal(1, await CountAsync(shop, 503));
    }

    [Fact]
    public async Task A_response_that_its_version_breaks_off_counts_as_502()
    {
        await using var shop = await ShopGateway.StartAsync();
        await shop.Gateway.SplitAsync(0, 10000);
        shop.V2.Answer = async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            context.Abort();
        };
        await Assert.ThrowsAsync<HttpRequestException>(() => shop.Gateway.AskAsync());
        await UntilAsync(async () => await CountAsync(shop, 502) == 1);
        Assert.Null(await CountAsync(shop, 499));
    }

    [Fact]
    public async Task A_version_that_falls_silent_in_the_middle_counts_as_502()
    {
        await using var shop = await ShopGateway.StartAsync("  timeout: 50ms");
        await shop.Gateway.SplitAsync(0, 10000);
        shop.V2.Answer = async context =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        await Assert.ThrowsAsync<HttpRequestException>(() => shop.Gateway.AskAsync());
        await UntilAsync(async () => await CountAsync(shop, 502) == 1);
        Assert.Null(await CountAsync(shop, 499));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_user_who_goes_away_counts_as_499_and_not_against_the_version(bool afterTheFirstBytes)
    {
        await using var shop = await ShopGateway.StartAsync();
        await shop.Gateway.SplitAsync(0, 10000);
        var arrived = new TaskCompletionSource();
        shop.V2.Answer = async context =>
        {
            if (afterTheFirstBytes)
            {
                await context.Response.WriteAsync("half");
                await context.Response.Body.FlushAsync();
            }

            arrived.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        using (var user = new TcpClient())
        {
            await user.ConnectAsync(IPAddress.Loopback, shop.Gateway.Application.TrafficAddress.Port);
            await user.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: shop\r\n\r\n"));
            await arrived.Task;
            if (afterTheFirstBytes)
            {
                await user.GetStream().ReadExactlyAsync(new byte[1]);
            }
        }

        await UntilAsync(async () => await CountAsync(shop, 499) == 1);
        foreach (var failure in new[] { 500, 502, 503, 504 })
        {
            Assert.Equal(0, await CountAsync(shop, failure));
        }
    }

    [Fact]
    public async Task A_request_that_no_route_takes_is_404_made_by_the_gateway()
    {
        await using var v1 = await Upstream.StartAsync("v1");
        await using var gateway = await TestGateway.StartAsync($$"""
            - name: shop
              path: /shop
              stable: v1
              versions: {v1: {addresses: ["{{v1.Address}}"] } }
            """);
        foreach (var path in new[] { "/", "/shopping" })
        {
            using var response = await gateway.Users.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal("NoRoute", Assert.Single(response.Headers.GetValues("X-Canary-Gateway-Error")));
        }

        Assert.Equal("v1", await gateway.AskAsync("/shop/cart?item=1"));
        Assert.Equal(2, await gateway.MetricAsync("canary_gateway_unmatched_requests_total"));
    }

    /// <summary>Waits for what happens after the user's connection ended, which nothing else can be awaited for.</summary>
    internal static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < HangsAfter, "It never happened.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static Task<HttpResponseMessage> GetAsync(ShopGateway shop) => shop.Gateway.Users.GetAsync(new Uri("/", UriKind.Relative));

    private static Task<double?> CountAsync(ShopGateway shop, int code) =>
        shop.Gateway.MetricAsync($$"""canary_gateway_requests_total{route="shop",version="v2",code="{{code}}"}""");
}
