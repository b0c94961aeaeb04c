using System.Net;
using System.Net.Http.Json;
using System.Text;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Api;
using CanaryController.Manager.Approvals.Webhooks;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Tests.Approvals;
using CanaryController.Resources.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CanaryController.Manager.Tests.Api;

/// <summary>What a standby does with what only the leader may do.</summary>
public sealed class LeaderRelayTests : ILeadership, IAsyncDisposable
{
    private readonly LeaderRelay _relay;
    private WebApplication? _standby;

    public LeaderRelayTests() => _relay = new(this, TimeProvider.System);

    bool ILeadership.IsLeading => false;

    public Uri? LeaderAddress { get; set; }

    [Fact]
    public async Task A_signed_webhook_that_reaches_the_standby_counts_once_and_has_the_leaders_answer()
    {
        await using var bed = await WebhookBed.StartAsync();
        LeaderAddress = bed.Http.BaseAddress;
        var url = await StandbyAsync();
        using var answer = await bed.PostAsync(WebhookBed.Approved, change: request => request.RequestUri = new(url, ApprovalWebhookEndpoint.Path));
        Assert.Equal((HttpStatusCode.OK, CommandStatus.Accepted), (answer.StatusCode, (await answer.Content.ReadFromJsonAsync(ApiJson.Default.ApprovalWebhookAnswer))!.Status));
        Assert.Equal(1, bed.Manager.State.StepIndex);

        using var replayed = await bed.PostAsync(WebhookBed.Approved, change: request => request.RequestUri = new(url, ApprovalWebhookEndpoint.Path));
        using var forged = await bed.PostAsync(WebhookBed.Approved, key: new byte[32], change: request => request.RequestUri = new(url, ApprovalWebhookEndpoint.Path));
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Unauthorized), (replayed.StatusCode, forged.StatusCode));
    }

    [Fact]
    public async Task A_command_is_passed_on_with_its_token_and_the_leader_decides_whether_that_may()
    {
        await using var bed = await ApiBed.StartAsync(ApiBed.Token("operator", ApiRoles.View | ApiRoles.Operate), ApiBed.Token("viewer", ApiRoles.View));
        LeaderAddress = bed.Http.BaseAddress;
        using var http = new HttpClient { BaseAddress = await StandbyAsync() };
        foreach (var (token, status) in new[] { ("operator", HttpStatusCode.OK), ("viewer", HttpStatusCode.Forbidden), ("nobody", HttpStatusCode.Unauthorized) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/namespaces/default/rollouts/shop/commands") { Content = new StringContent("""{"action": "abort"}""", Encoding.UTF8, "application/json") };
            request.Headers.Authorization = new("Bearer", token);
            using var answer = await http.SendAsync(request);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public async Task A_leader_that_is_not_known_or_away_and_what_was_passed_on_already_is_503(bool isKnown, bool isRelayed)
    {
        LeaderAddress = isKnown ? new("http://127.0.0.1:1") : null;
        using var http = new HttpClient { BaseAddress = await StandbyAsync() };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/x") { Content = new StringContent("{}") };
        if (isRelayed)
        {
            request.Headers.Add(LeaderRelay.Header, "1");
        }

        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("send it again", (await answer.Content.ReadFromJsonAsync(ApiJson.Default.ApiProblem))!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_not_passed_on()
    {
        LeaderAddress = new("http://127.0.0.1:1");
        using var http = new HttpClient { BaseAddress = await StandbyAsync() };
        using var answer = await http.PostAsync(new Uri("/x", UriKind.Relative), new StringContent(new string('x', CommandEndpoint.MaxBodyBytes + 1)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    Task ILeadership.WhenLeadingAsync(CancellationToken cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);

    public async ValueTask DisposeAsync()
    {
        _relay.Dispose();
        if (_standby is not null)
        {
            await _standby.DisposeAsync();
        }
    }

    private async Task<Uri> StandbyAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _standby = builder.Build();
        _standby.MapPost("/{**path}", (Delegate)((HttpContext context) => _relay.AnswerAsync(context, "send it again.")));
        await _standby.StartAsync();
        return new(_standby.Urls.Single());
    }
}
