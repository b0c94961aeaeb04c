using System.Security.Cryptography;
using System.Text;
using CanaryController.Manager.Api;
using CanaryController.Manager.Approvals.Signed;
using CanaryController.Manager.Notifications;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Approvals.Slack;

/// <summary>
/// <c>POST /v1/slack/interactions</c>: the address that a Slack app is told for its buttons. The signature is checked, the click is queued, and the answer goes out at once: Slack waits for 3 seconds. What became
/// of the click is told in Slack.
/// </summary>
internal sealed class SlackEndpoint(
    INotificationChannels channels, ISecretTexts secrets, ReplayMemory replays, SlackClicks clicks, ILeadership leadership, LeaderRelay relay, SignedRequestMetrics metrics, TimeProvider time)
{
    /// <summary>Where it is.</summary>
    public const string Path = "/v1/slack/interactions";

    /// <summary>How large a body may be. It repeats the whole message.</summary>
    public const int MaxBodyBytes = CommandEndpoint.MaxBodyBytes;

    /// <summary>How long the signing secret is waited for.</summary>
    private static readonly TimeSpan SecretPatience = TimeSpan.FromSeconds(2);

    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost(Path, (Delegate)PostAsync)
            .Describe("PostSlackInteraction", "A button in Slack: signed by Slack (X-Slack-Signature, version 0), answered at once.")
            .Problems(StatusCodes.Status400BadRequest, StatusCodes.Status408RequestTimeout, StatusCodes.Status409Conflict, StatusCodes.Status413PayloadTooLarge);

    private async Task<IResult> PostAsync(HttpContext context)
    {
        if (!leadership.IsLeading)
        {
            return await relay.AnswerAsync(context, "press the button again.");
        }

        if (SlackSignature.Read(context.Request.Headers) is not { } signature)
        {
            return Refuse(StatusCodes.Status401Unauthorized, "Not signed", "X-Slack-Request-Timestamp and X-Slack-Signature (v0=…) are expected.", SignedOutcome.Unsigned);
        }

        var read = await SignedBody.ReadAsync(context.Request, MaxBodyBytes, time, context.RequestAborted);
        if (read.Bytes is not { } body)
        {
            return Refuse(read.Status, "Not read", read.Problem, SignedOutcome.Unreadable);
        }

        // Which secret it has to be signed with stands in the button. Until that is checked, nothing of it is believed.
        var id = $"slack-{Convert.ToHexStringLower(SHA256.HashData(signature.Code))[..40]}";
        if (SlackClick.Read(id, Encoding.UTF8.GetString(body)) is not { } click)
        {
            return Refuse(StatusCodes.Status400BadRequest, "Not a click", "This is no button of a rollout's message.", SignedOutcome.Malformed);
        }

        return await CheckAsync(click, signature, body, context.RequestAborted) ?? Accept(click, signature);
    }

    private async Task<IResult?> CheckAsync(SlackClick click, SlackSignature signature, byte[] body, CancellationToken cancellation)
    {
        if (channels.Find(new(click.Button.Namespace, click.Button.Channel)) is not { Spec.Slack: { SigningSecret: { } reference } slack })
        {
            return WrongSignature();
        }

        using var late = new CancellationTokenSource(SecretPatience, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        SecretText secret;
        try
        {
            secret = await secrets.ReadAsync(click.Button.Namespace, reference, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ApiProblems.Of(StatusCodes.Status503ServiceUnavailable, "Cannot be checked", "The signing secret cannot be read in time; press the button again.");
        }

        if (secret.Problem is not null)
        {
            return ApiProblems.Of(StatusCodes.Status503ServiceUnavailable, "Cannot be checked", "The signing secret cannot be read now.");
        }

        return !signature.IsFor(secret.RevealBytes().Span, body) ? WrongSignature()
            : !signature.IsTimely(time.GetUtcNow()) ? Refuse(StatusCodes.Status401Unauthorized, "Too old", "It was signed more than 5 minutes from now.", SignedOutcome.Stale)
            : IsElsewhere(slack, click) ? Refuse(StatusCodes.Status401Unauthorized, "Another channel", "The click comes from another channel than the NotificationChannel names.", SignedOutcome.Forbidden)
            : null;
    }

    private IResult Accept(SlackClick click, SlackSignature signature)
    {
        switch (replays.Take(click.Id, signature.At + SlackSignature.Window))
        {
            case ReplayVerdict.Replayed:
                return Refuse(StatusCodes.Status409Conflict, "Replayed", "This click was taken already.", SignedOutcome.Replayed);
            case ReplayVerdict.Full:
                return Refuse(StatusCodes.Status503ServiceUnavailable, "Too many", "More clicks came than are remembered; press the button again later.", SignedOutcome.Full);
            case ReplayVerdict.New when !clicks.TryAdd(click):
                replays.Release(click.Id);
                return Refuse(StatusCodes.Status503ServiceUnavailable, "Too many", "Too many clicks wait; press the button again.", SignedOutcome.Full);
            case ReplayVerdict.New:
            default:
                metrics.Count(SignedWay.Slack, SignedOutcome.Accepted);
                return Results.Ok();
        }
    }

    private IResult WrongSignature() => Refuse(StatusCodes.Status401Unauthorized, "Wrong signature", "The signing secret of the NotificationChannel did not sign this.", SignedOutcome.WrongSignature);

    /// <summary>A channel that is named by its name and not by its id cannot be compared.</summary>
    private static bool IsElsewhere(SlackSection slack, SlackClick click) => slack.Channel[0] != '#' && slack.Channel != click.Channel;

    private IResult Refuse(int status, string title, string detail, SignedOutcome outcome)
    {
        metrics.Count(SignedWay.Slack, outcome);
        return ApiProblems.Of(status, title, detail);
    }
}
