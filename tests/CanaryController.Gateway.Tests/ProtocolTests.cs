using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CanaryController.Gateway.Tests;

/// <summary>What passes through unchanged, and what is added.</summary>
public sealed class ProtocolTests
{
    [Fact]
    public async Task The_host_stays_and_the_client_is_appended_to_what_stands_in_front()
    {
        await using var shop = await ShopGateway.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/a%20b?c=d%2Fe") { Headers = { Host = "shop.example" } };
        request.Headers.Add("X-Forwarded-For", "192.0.2.1");
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var response = await shop.Gateway.Users.SendAsync(request);
        var seen = Assert.Single(shop.V1.Seen);
        Assert.Equal("shop.example", seen["Host"]);
        Assert.Equal("192.0.2.1, 127.0.0.1", seen["X-Forwarded-For"]);
        Assert.Equal("https", seen["X-Forwarded-Proto"]);
        Assert.Equal("shop.example", seen["X-Forwarded-Host"]);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task At_the_edge_what_a_client_says_of_itself_is_replaced()
    {
        await using var shop = await ShopGateway.StartAsync(settings: "forwardedHeaders: set");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("X-Forwarded-For", "192.0.2.1");
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var response = await shop.Gateway.Users.SendAsync(request);
        var seen = Assert.Single(shop.V1.Seen);
        Assert.Equal("127.0.0.1", seen["X-Forwarded-For"]);
        Assert.Equal("http", seen["X-Forwarded-Proto"]);
    }

    [Fact]
    public async Task Bodies_pass_both_ways()
    {
        await using var shop = await ShopGateway.StartAsync();
        shop.V1.Answer = context => context.Request.Body.CopyToAsync(context.Response.Body);
        var sent = new byte[5_000_000];
        new Random(1).NextBytes(sent);
        using var content = new ByteArrayContent(sent);
        using var response = await shop.Gateway.Users.PostAsync(new Uri("/", UriKind.Relative), content);
        Assert.Equal(sent, await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task WebSockets_pass()
    {
        await using var shop = await ShopGateway.StartAsync();
        shop.V1.Answer = async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[64];
            var received = await socket.ReceiveAsync(buffer, CancellationToken.None);
            await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Text, true, CancellationToken.None);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        };
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new UriBuilder(shop.Gateway.Application.TrafficAddress) { Scheme = "ws" }.Uri, CancellationToken.None);
        await client.SendAsync(Encoding.UTF8.GetBytes("hello"), WebSocketMessageType.Text, true, CancellationToken.None);
        var answer = new byte[64];
        var echoed = await client.ReceiveAsync(answer, CancellationToken.None);
        Assert.Equal("hello", Encoding.UTF8.GetString(answer, 0, echoed.Count));
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await FailureTests.UntilAsync(async () => await shop.Gateway.MetricAsync("""canary_gateway_requests_total{route="shop",version="v1",code="101"}""") == 1);
        Assert.Equal(0, await shop.Gateway.MetricAsync("""canary_gateway_request_duration_seconds_count{route="shop",version="v1"}"""));
    }

    [Fact]
    public async Task HTTP_2_without_TLS_is_spoken_to_users_and_versions_when_told_so()
    {
        await using var v1 = await Upstream.StartAsync("v1", HttpProtocols.Http2);
        v1.Answer = context => context.Response.WriteAsync(context.Request.Protocol);
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            - name: shop
              stable: v1
              versions: {v1: {addresses: ["{{v1.Address}}"], http2: true} }
              health: {path: /healthz}
            """,
            "protocol: http2");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await gateway.Users.SendAsync(request);
        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.Equal("HTTP/2", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Named_hosts_come_before_any_host_and_longer_paths_before_shorter()
    {
        await using var a = await Upstream.StartAsync("a");
        await using var b = await Upstream.StartAsync("b");
        await using var c = await Upstream.StartAsync("c");
        await using var gateway = await TestGateway.StartAsync($$"""
            - {name: any, stable: v1, versions: {v1: {addresses: ["{{a.Address}}"] } } }
            - {name: cart, path: /cart/, stable: v1, versions: {v1: {addresses: ["{{b.Address}}"] } } }
            - {name: host, hosts: [Shop.example], stable: v1, versions: {v1: {addresses: ["{{c.Address}}"] } } }
            """);
        Assert.Equal("a", await gateway.AskAsync());
        Assert.Equal("b", await gateway.AskAsync("/cart"));
        Assert.Equal("b", await gateway.AskAsync("/cart/1"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/cart") { Headers = { Host = "shop.EXAMPLE:8080" } };
        using var response = await gateway.Users.SendAsync(request);
        Assert.Equal("c", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_request_under_way_finishes_when_the_gateway_stops()
    {
        await using var shop = await ShopGateway.StartAsync();
        var (arrived, mayAnswer) = (new TaskCompletionSource(), new TaskCompletionSource());
        shop.V1.Answer = async context =>
        {
            arrived.SetResult();
            await mayAnswer.Task;
            await context.Response.WriteAsync("finished");
        };
        var underWay = shop.Gateway.AskAsync();
        await arrived.Task;
        var stopping = shop.Gateway.Application.StopAsync();
        using var ready = await shop.Gateway.Admin.GetAsync(new Uri("/readyz", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        mayAnswer.SetResult();
        Assert.Equal("finished", await underWay);
        await stopping;
    }
}
