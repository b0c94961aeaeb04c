using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Notifications;
using CanaryController.Manager.Outbound;

namespace CanaryController.Manager.Approvals.Slack;

/// <summary>Calls Slack's Web API, once each. The token is sent as a header and stands in no message.</summary>
internal sealed class SlackApi(SlackOptions options, OutboundClient client)
{
    private const int MaxAnswerBytes = 256 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Calls a method that takes JSON.</summary>
    public Task<SlackAnswer> CallAsync(SecretText token, string method, JsonObject body, CancellationToken cancellation) =>
        SendAsync(token, method, new(new(options.Url, method), JsonSerializer.SerializeToUtf8Bytes(body, SlackJson.Default.JsonObject), "application/json; charset=utf-8", Timeout), cancellation);

    /// <summary>Calls a method that only tells something: Slack takes no JSON for those.</summary>
    /// <param name="token">The bot's token.</param>
    /// <param name="method">The method.</param>
    /// <param name="query">Its arguments, escaped.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<SlackAnswer> AskAsync(SecretText token, string method, string query, CancellationToken cancellation) =>
        SendAsync(token, method, new(new(options.Url, $"{method}?{query}"), ReadOnlyMemory<byte>.Empty, "", Timeout) { IsGet = true }, cancellation);

    /// <summary>What cannot stand in a header is no token, and is not sent.</summary>
    private async Task<SlackAnswer> SendAsync(SecretText token, string method, OutboundRequest request, CancellationToken cancellation)
    {
        var text = token.Reveal();
        return text.Length > 0 && text.All(letter => letter is > ' ' and <= '~')
            ? Read(method, await client.SendAsync(request with { Headers = [new("Authorization", $"Bearer {text}")], MaxAnswerBytes = MaxAnswerBytes }, cancellation))
            : new(null, "no_token", "The Slack token is none: one line of visible characters without blanks is expected.") { MayRecover = true };
    }

    private static SlackAnswer Read(string method, OutboundAnswer answer)
    {
        if (answer.Status == 429)
        {
            return new(null, "ratelimited", $"Slack asks to send less ({method}).") { MayRecover = true, RetryAfter = answer.RetryAfter ?? TimeSpan.FromSeconds(30) };
        }

        if (!answer.IsSuccess)
        {
            return new(null, "unreachable", answer.Problem ?? $"Slack answered {answer.Status} to {method}.") { MayRecover = answer.MayRecover || answer.Outcome is OutboundOutcome.NotAllowed, RetryAfter = answer.RetryAfter };
        }

        try
        {
            var body = JsonNode.Parse(answer.Body.Span) as JsonObject;
            if (body?["ok"] is JsonValue ok && ok.TryGetValue<bool>(out var isOk) && isOk)
            {
                return new(body, null, null);
            }

            var error = body?["error"] is JsonValue said && said.TryGetValue<string>(out var text) && text.Length is > 0 and <= 60 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') ? text : "no_reason";
            return new(null, error, $"Slack refused {method}: {error}.") { MayRecover = MayBeMended(error), RetryAfter = answer.RetryAfter };
        }
        catch (JsonException)
        {
            return new(null, "not_json", $"What answers {method} is not Slack's API.") { MayRecover = true };
        }
    }

    /// <summary>Slack's trouble, or something that a person can mend in Slack or in the Secret.</summary>
    private static bool MayBeMended(string error) => error is "ratelimited" or "rate_limited" or "internal_error" or "fatal_error" or "service_unavailable" or "request_timeout" or "team_added_to_org"
        or "channel_not_found" or "not_in_channel" or "is_archived" or "invalid_auth" or "not_authed" or "token_revoked" or "token_expired" or "account_inactive" or "missing_scope";
}

/// <summary>What Slack said.</summary>
/// <param name="Body">The answer; null when it is no success.</param>
/// <param name="Error">Slack's word for what is wrong; null for a success.</param>
/// <param name="Problem">The same in one sentence without any secret.</param>
internal sealed record SlackAnswer(JsonObject? Body, string? Error, string? Problem)
{
    /// <summary>The same call may go well later.</summary>
    public bool MayRecover { get; init; }

    /// <summary>How long Slack asked to be left alone; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A text of the answer; null when it has none.</summary>
    public string? Text(string name) => Body?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>What the outbox does about a failure.</summary>
    public DeliveryResult ToResult() => MayRecover ? DeliveryResult.Later(Problem!, RetryAfter) : DeliveryResult.Refused(Problem!);
}
