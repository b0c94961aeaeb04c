using System.Net;
using System.Net.Sockets;
using System.Text;
using CanaryController.Manager.Outbound;
using CanaryController.Manager.Tests.Notifications;
using Microsoft.AspNetCore.Http;

namespace CanaryController.Manager.Tests.Outbound;

/// <summary>Requests to addresses of users, against a receiver on loopback and a resolver that lies.</summary>
public sealed class OutboundClientTests : IAsyncLifetime, IHostAddresses
{
    private HookReceiver _receiver = null!;
    private Func<string, IPAddress[]> _addresses = _ => [IPAddress.Loopback];

    public async ValueTask InitializeAsync() => _receiver = await HookReceiver.StartAsync();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task A_name_that_leads_to_loopback_is_refused_before_anything_is_sent()
    {
        using var client = Client("hooks.example.com");
        var answer = await SendAsync(client, $"http://hooks.example.com:{_receiver.Port}/secret?token=1");
        Assert.Equal(OutboundOutcome.NotAllowed, answer.Outcome);
        Assert.Empty(_receiver.Hooks);
        Assert.DoesNotContain("token", answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_changes_its_address_between_check_and_call_gains_nothing()
    {
        var calls = 0;
        _addresses = _ => calls++ == 0 ? [IPAddress.Parse("192.0.2.1")] : [IPAddress.Loopback];
        Assert.Single(await FindAsync("hooks.example.com", CancellationToken.None));

        using var client = Client("hooks.example.com");
        Assert.Equal(OutboundOutcome.NotAllowed, (await SendAsync(client, $"http://hooks.example.com:{_receiver.Port}/")).Outcome);
        Assert.Empty(_receiver.Hooks);
    }

    [Fact]
    public async Task Of_several_addresses_only_those_that_are_allowed_are_called()
    {
        _addresses = _ => [IPAddress.Parse("169.254.169.254"), IPAddress.Parse("::ffff:127.0.0.1")];
        using var client = Client("127.0.0.0/8");
        Assert.True((await SendAsync(client, $"http://hooks.example.com:{_receiver.Port}/")).IsSuccess);
    }

    [Fact]
    public async Task The_real_resolver_finds_loopback_behind_localhost_and_it_is_refused()
    {
        using var client = new OutboundClient(new() { Allow = OutboundPolicyTests.Allowed("localhost") }, new SystemHostAddresses(), TimeProvider.System);
        Assert.Equal(OutboundOutcome.NotAllowed, (await SendAsync(client, $"http://localhost:{_receiver.Port}/")).Outcome);
        Assert.Empty(_receiver.Hooks);
    }

    [Fact]
    public async Task A_redirect_is_an_answer_and_is_not_followed()
    {
        _receiver.Answer = (context, _) =>
        {
            context.Response.Redirect($"http://127.0.0.1:{_receiver.Port}/elsewhere");
            return Task.CompletedTask;
        };
        using var client = Client("127.0.0.0/8");
        var answer = await SendAsync(client, $"{_receiver.Url}/here");
        Assert.Equal(302, answer.Status);
        Assert.Equal("/here", Assert.Single(_receiver.Hooks).Target);
    }

    [Fact]
    public async Task A_slow_answer_ends_at_the_deadline()
    {
        _receiver.Answer = (context, _) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        using var client = Client("127.0.0.0/8");
        var answer = await SendAsync(client, _receiver.Url, timeoutMilliseconds: 200);
        Assert.Equal((OutboundOutcome.TimedOut, "127.0.0.1 did not answer within 0.2 s."), (answer.Outcome, answer.Problem));
        Assert.True(answer.MayRecover);
    }

    [Fact]
    public async Task A_body_that_never_ends_is_cut_and_counts_by_its_status()
    {
        _receiver.Answer = async (context, _) =>
        {
            var block = new byte[64 << 10];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
            }
        };
        using var client = Client("127.0.0.0/8");
        var answer = await SendAsync(client, _receiver.Url);
        Assert.True(answer.IsSuccess);
        Assert.Equal(16 << 10, answer.Body.Length);
    }

    [Fact]
    public async Task Headers_that_are_too_long_are_no_answer()
    {
        _receiver.Answer = (context, _) =>
        {
            context.Response.Headers["x-long"] = new string('x', 24 << 10);
            return Task.CompletedTask;
        };
        using var client = Client("127.0.0.0/8");
        Assert.Equal(OutboundOutcome.Unreachable, (await SendAsync(client, _receiver.Url)).Outcome);
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("0", 0)]
    [InlineData("Thu, 01 Jan 2026 00:05:00 GMT", 300)]
    [InlineData("Wed, 31 Dec 2025 23:00:00 GMT", 0)]
    public async Task Retry_After_is_read_as_seconds_and_as_a_date(string header, int seconds)
    {
        _receiver.Answer = (context, _) =>
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = header;
            return Task.CompletedTask;
        };
        using var client = Client("127.0.0.0/8");
        Assert.Equal(TimeSpan.FromSeconds(seconds), (await SendAsync(client, _receiver.Url)).RetryAfter);
    }

    [Fact]
    public async Task Nobody_there_is_told_without_the_path()
    {
        using var client = Client("127.0.0.0/8");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();
        var answer = await SendAsync(client, $"http://127.0.0.1:{port}/services/T0/B0/secret?token=1");
        Assert.Equal((OutboundOutcome.Unreachable, "127.0.0.1 cannot be reached, or the answer broke off (ConnectionError)."), (answer.Outcome, answer.Problem));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("  two\r\n\r\nlines\t ", "two lines")]
    [InlineData("a\u0000b\u202ec", "a b?c")]
    [InlineData("", "")]
    public void Words_of_a_stranger_are_shown_on_one_line(string body, string shown) => Assert.Equal(shown, AnswerText.Of(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Many_words_of_a_stranger_are_cut() => Assert.Equal(new string('x', 200) + "…", AnswerText.Of(Encoding.UTF8.GetBytes(new string('x', 5_000))));

    public Task<IReadOnlyList<IPAddress>> FindAsync(string host, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<IPAddress>>(_addresses(host));

    private OutboundClient Client(params string[] allowed) => new(new() { Allow = OutboundPolicyTests.Allowed(allowed) }, this, new JumpingTime());

    private static Task<OutboundAnswer> SendAsync(OutboundClient client, string url, int timeoutMilliseconds = 20_000) =>
        client.SendAsync(new(new(url), "{}"u8.ToArray(), "application/json", TimeSpan.FromMilliseconds(timeoutMilliseconds)), CancellationToken.None);
}
