using System.Net.Http.Headers;
using CanaryController.Manager.Approvals.Signed;
using CanaryController.Manager.Rollouts;

namespace CanaryController.Manager.Api;

/// <summary>
/// Passes on to the leader what a standby was asked to do: a Service sends to either, and whoever presses a button in Slack cannot choose. Who asks is judged by the leader again, with the token or the signature that is
/// passed on with the body as it came. A request is passed on once. Where nobody knows the leader's address, the answer is 503, as before.
/// </summary>
internal sealed class LeaderRelay(ILeadership leadership, TimeProvider time) : IDisposable
{
    /// <summary>The header of a request that was passed on.</summary>
    public const string Header = "X-Canary-Relayed";

    private const int MaxAtOnce = 100;
    private const int MaxAnswerBytes = 1 << 20;

    /// <summary>A little longer than the leader itself takes to say that it has not decided yet.</summary>
    private static readonly TimeSpan _patience = CommandIntake.Patience + TimeSpan.FromSeconds(5);

    private static readonly string[] _passed =
        ["Authorization", "Accept", "webhook-id", "webhook-timestamp", "webhook-signature", "X-Slack-Request-Timestamp", "X-Slack-Signature"];

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(2), PooledConnectionLifetime = TimeSpan.FromMinutes(1) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = MaxAnswerBytes,
    };

    private int _underWay;

    /// <summary>The leader's answer to a POST; 503 when it cannot be asked.</summary>
    /// <param name="context">The request, whose body was not read yet.</param>
    /// <param name="again">What the sender may do then.</param>
    public async Task<IResult> AnswerAsync(HttpContext context, string again)
    {
        if (leadership.LeaderAddress is not { } leader || context.Request.Headers.ContainsKey(Header))
        {
            return NotLeader(again);
        }

        try
        {
            return Interlocked.Increment(ref _underWay) > MaxAtOnce ? NotLeader(again) : await PassOnAsync(context, leader, again);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<IResult> PassOnAsync(HttpContext context, Uri leader, string again)
    {
        var read = await SignedBody.ReadAsync(context.Request, CommandEndpoint.MaxBodyBytes, time, context.RequestAborted);
        if (read.Bytes is not { } body)
        {
            return ApiProblems.Of(read.Status, "Not read", read.Problem);
        }

        using var late = new CancellationTokenSource(_patience, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        try
        {
            using var request = Copy(context.Request, leader, body);
            using var response = await _http.SendAsync(request, stop.Token);
            var answer = await response.Content.ReadAsStringAsync(stop.Token);
            if (response.Headers.RetryAfter is { } rest)
            {
                context.Response.Headers.RetryAfter = rest.ToString();
            }

            return Results.Text(answer, response.Content.Headers.ContentType?.ToString(), statusCode: (int)response.StatusCode);
        }
        catch (Exception away) when (away is HttpRequestException or IOException || (away is OperationCanceledException && !context.RequestAborted.IsCancellationRequested))
        {
            return NotLeader(again);
        }
    }

    private static HttpRequestMessage Copy(HttpRequest from, Uri leader, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(leader, from.Path.ToUriComponent() + from.QueryString.ToUriComponent())) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.TryParse(from.ContentType, out var type) ? type : null;
        request.Headers.Add(Header, "1");
        foreach (var name in _passed.Where(from.Headers.ContainsKey))
        {
            request.Headers.TryAddWithoutValidation(name, from.Headers[name].ToString());
        }

        return request;
    }

    private static IResult NotLeader(string again) => ApiProblems.Of(StatusCodes.Status503ServiceUnavailable, "Not the leader", $"Another replica of the controller leads, and does not answer this one; {again}");
}
