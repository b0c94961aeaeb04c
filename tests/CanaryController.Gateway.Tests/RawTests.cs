using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CanaryController.Gateway.Tests;

/// <summary>Requests and answers byte by byte: what no polite client or server would send.</summary>
public sealed class RawTests : IAsyncLifetime
{
    private readonly RawUpstream _v1 = new();
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await TestGateway.StartAsync($$"""
        - name: shop
          stable: v1
          versions: {v1: {addresses: ["{{_v1.Address}}"] }, v2: {addresses: ["http://127.0.0.1:9"] } }
        """);

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _v1.DisposeAsync();
    }

    [Theory]
    [InlineData("X-User: Jos\u00C3\u00A9")] // UTF-8
    [InlineData("X-User: Jos\u00E9")] // Latin-1
    [InlineData("Cookie: name=Jos\u00C3\u00A9")]
    [InlineData("X-Forwarded-Host: caf\u00C3\u00A9.example")]
    public async Task Header_values_pass_both_ways_as_the_bytes_that_they_are(string header)
    {
        _v1.Answer = $"HTTP/1.1 200 OK\r\n{header}\r\nContent-Length: 0\r\n\r\n";
        var answer = await AskAsync($"GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n{header}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains(header, _v1.Seen, StringComparison.Ordinal);
        Assert.Contains(header, answer, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync(502));
    }

    [Theory]
    [InlineData("Header", "X-User: Jos\u00C3\u00A9")]
    [InlineData("Cookie", "Cookie: X-User=Jos%C3%A9")]
    public async Task A_match_beyond_ASCII_is_compared_as_UTF_8(string kind, string header)
    {
        await _gateway.SplitAsync(0, 10000, $$"""[{"kind": "{{kind}}", "name": "X-User", "value": "Jos\u00E9", "version": "v1"}]""");
        Assert.StartsWith("HTTP/1.1 200", await AskAsync($"GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n{header}\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CONNECT_is_the_users_mistake_and_no_failure_of_the_version()
    {
        var answer = await AskAsync("CONNECT shop:443 HTTP/1.1\r\nHost: shop:443\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("X-Canary-Gateway-Error: BadRequest", answer, StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync(400));
        Assert.Equal(0, await CountAsync(502));
    }

    [Fact]
    public async Task Switching_protocols_unasked_is_a_failure_of_the_version()
    {
        _v1.Answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        var answer = await AskAsync("GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 502", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Upgrade", answer, StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync(502));
        Assert.Null(await CountAsync(101));
    }

    [Fact]
    public async Task An_answer_without_content_passes_whatever_length_it_claims()
    {
        _v1.Answer = "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc";
        var answer = await AskAsync("GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 204", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync(204));
    }

    [Fact]
    public async Task A_status_that_is_none_counts_as_599()
    {
        foreach (var status in new[] { "999", "600", "099", "000" })
        {
            _v1.Answer = $"HTTP/1.1 {status} Odd\r\nContent-Length: 0\r\n\r\n";
            await AskAsync("GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n");
        }

        Assert.Equal(4, await CountAsync(599));
        Assert.Null(await CountAsync(999));
        Assert.Null(await CountAsync(99));
    }

    [Theory]
    [InlineData("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: shop\r\n\r\n")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")]
    [InlineData("X-Folded: a\r\n Transfer-Encoding: chunked\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n")]
    public async Task No_version_is_sent_two_ways_to_find_where_a_request_ends(string rest)
    {
        var answer = await AskAsync($"POST / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n{rest}");
        Assert.True(answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal) || !Lengths(_v1.Seen).Skip(1).Any(), _v1.Seen);
        Assert.DoesNotContain("smuggled", _v1.Seen, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Lengths(string head) => head.Split("\r\n").Where(line =>
        line.StartsWith("Content-Length", StringComparison.OrdinalIgnoreCase) || line.StartsWith("Transfer-Encoding", StringComparison.OrdinalIgnoreCase));

    /// <summary>All bytes until the gateway closes the connection, as Latin-1.</summary>
    private async Task<string> AskAsync(string request)
    {
        using var user = new TcpClient();
        await user.ConnectAsync(IPAddress.Loopback, _gateway.Application.TrafficAddress.Port);
        await using var stream = user.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        var answer = new MemoryStream();
        await stream.CopyToAsync(answer);
        return Encoding.Latin1.GetString(answer.ToArray());
    }

    private Task<double?> CountAsync(int code) => _gateway.MetricAsync($$"""canary_gateway_requests_total{route="shop",version="v1",code="{{code}}"}""");
}
