using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Api;
using CanaryController.Manager.Approvals.Signed;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Approvals.Webhooks;

/// <summary>
/// <c>POST /v1/webhooks/approvals</c>: an answer from a pipeline, signed with a key of the configuration. Everything that decides stands in the body, because nothing else is signed.
/// </summary>
internal sealed class ApprovalWebhookEndpoint(
    ApprovalWebhookOptions options, WebhookKeys keys, ReplayMemory replays, CommandIntake intake, ICommands commands, IRolloutStore store, ILeadership leadership, LeaderRelay relay, SignedRequestMetrics metrics, TimeProvider time)
{
    /// <summary>Where it is.</summary>
    public const string Path = "/v1/webhooks/approvals";

    /// <summary>How large a body may be.</summary>
    public const int MaxBodyBytes = 16 * 1024;

    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost(Path, (Delegate)PostAsync)
            .Describe("PostApprovalWebhook", "Approves or rejects a step, signed as Standard Webhooks say (webhook-id, webhook-timestamp, webhook-signature) with a key of approvals.webhooks.keys.")
            .Body<ApprovalWebhook>()
            .Produces<ApprovalWebhookAnswer>()
            .Problems(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status404NotFound,
                StatusCodes.Status408RequestTimeout,
                StatusCodes.Status409Conflict,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status422UnprocessableEntity);

    private async Task<IResult> PostAsync(HttpContext context)
    {
        if (options.Keys.Count == 0)
        {
            return ApiProblems.Of(StatusCodes.Status404NotFound, "No such resource", "No key is configured (approvals.webhooks.keys), so nobody can sign an approval.");
        }

        if (!leadership.IsLeading)
        {
            return await relay.AnswerAsync(context, "send it again with the same id.");
        }

        var (signed, wrong) = StandardWebhook.Read(context.Request.Headers);
        if (signed is null)
        {
            return Refuse(StatusCodes.Status401Unauthorized, "Not signed", wrong!, SignedOutcome.Unsigned);
        }

        var body = await SignedBody.ReadAsync(context.Request, MaxBodyBytes, time, context.RequestAborted);
        if (body.Bytes is not { } bytes)
        {
            return Refuse(body.Status, "Not read", body.Problem, SignedOutcome.Unreadable);
        }

        if (keys.Signer(signed, bytes) is not { } key)
        {
            return Refuse(StatusCodes.Status401Unauthorized, "Wrong signature", "No configured key signed this message: check the key, and that the body is sent byte by byte as it was signed.", SignedOutcome.WrongSignature);
        }

        if (!signed.IsTimely(time.GetUtcNow()))
        {
            return Refuse(
                StatusCodes.Status401Unauthorized, "Too old", $"It was signed at {signed.At:yyyy-MM-dd'T'HH:mm:ss'Z'}, more than {StandardWebhook.Window.TotalMinutes:0} minutes from now: sign it again.", SignedOutcome.Stale);
        }

        return await AnswerAsync(key, signed, bytes, context.RequestAborted);
    }

    private async Task<IResult> AnswerAsync(WebhookKeyOptions key, StandardWebhook signed, byte[] body, CancellationToken cancellation)
    {
        var id = CommandId(key, signed);
        switch (replays.Take(id, signed.At + StandardWebhook.Window))
        {
            case ReplayVerdict.Replayed:
                return Replayed(id);
            case ReplayVerdict.Full:
                return Refuse(StatusCodes.Status503ServiceUnavailable, "Too many", "More messages came within 10 minutes than are remembered; send it again later.", SignedOutcome.Full);
            case ReplayVerdict.New:
                break;
        }

        var isTaken = false;
        try
        {
            var (answer, taken) = await CarryOutAsync(key, signed, id, body, cancellation);
            isTaken = taken;
            return answer;
        }
        finally
        {
            if (!isTaken)
            {
                replays.Release(id);
            }
        }
    }

    /// <summary>The answer, and whether the message has had its effect or will have it: the same one is refused from then on.</summary>
    private async Task<(IResult Answer, bool IsTaken)> CarryOutAsync(WebhookKeyOptions key, StandardWebhook signed, string id, byte[] body, CancellationToken cancellation)
    {
        var (asked, problem) = Read(body);
        if (asked is null)
        {
            return (problem!, false);
        }

        if (key.Namespaces.Count > 0 && !key.Namespaces.Contains(asked.Namespace, StringComparer.Ordinal))
        {
            return (Refuse(StatusCodes.Status403Forbidden, "Not allowed", $"The key {key.Name} may not answer for rollouts of the namespace {asked.Namespace}.", SignedOutcome.Forbidden), false);
        }

        var rollout = new RolloutKey(asked.Namespace, asked.Rollout);
        if (store.Read(rollout).State is { StartedAt: var started } state && state.Phase.IsUnderWay() && signed.At < DateTimeOffset.FromUnixTimeSeconds(started.ToUnixTimeSeconds()))
        {
            return (Refuse(StatusCodes.Status409Conflict, "Conflict", $"It was signed before attempt {state.Attempt} of {state.CanaryRevision} began: look at the rollout, and sign it again.", SignedOutcome.Stale), false);
        }

        var identity = new ApproverIdentity(ApproverSource.Webhook, key.Name);
        var command = new RolloutCommand
        {
            Id = id,
            Action = asked.Decision is ApprovalDecision.Approve ? RolloutAction.Approve : RolloutAction.Reject,
            Revision = asked.Revision,
            StepIndex = asked.Step - 1,
            Actor = identity.Describe(),
            Identity = identity,
            Comment = asked.Comment,
        };
        var answer = await intake.CarryOutAsync(rollout, command, cancellation);
        return (Result(rollout, id, answer), answer is IntakeAnswer.Decided or IntakeAnswer.Late or IntakeAnswer.OtherCommand);
    }

    private (ApprovalWebhook? Asked, IResult? Problem) Read(byte[] body)
    {
        try
        {
            var asked = JsonSerializer.Deserialize(body, ApiJson.Default.ApprovalWebhook);
            if (asked is null)
            {
                return (null, Refuse(StatusCodes.Status400BadRequest, "No approval", "The body is null.", SignedOutcome.Malformed));
            }

            var problems = ApprovalWebhookRules.Check(asked);
            return problems.Count == 0
                ? (asked, null)
                : (null, Refuse(StatusCodes.Status422UnprocessableEntity, "Invalid approval", "The approval has wrong fields.", SignedOutcome.Malformed, problems));
        }
        catch (JsonException wrong)
        {
            return (null, Refuse(StatusCodes.Status400BadRequest, "Not an approval", $"The body cannot be read: {wrong.Message}", SignedOutcome.Malformed));
        }
    }

    private IResult Result(RolloutKey rollout, string id, IntakeAnswer answer)
    {
        switch (answer)
        {
            case IntakeAnswer.Decided { IsRepeat: true }:
            case IntakeAnswer.OtherCommand:
                return Replayed(id);
            case IntakeAnswer.Decided { Result: { Status: CommandStatus.Accepted or CommandStatus.Unchanged } result }:
                metrics.Count(SignedWay.Webhook, SignedOutcome.Accepted);
                return Results.Json(new ApprovalWebhookAnswer(result.Status, result.Message), ApiJson.Default.ApprovalWebhookAnswer);
            case IntakeAnswer.Decided { Result: var result }:
                return Refuse(StatusCodes.Status409Conflict, result.Status.ToString(), result.Message, SignedOutcome.Refused);
            case IntakeAnswer.NotFound:
                return Refuse(StatusCodes.Status404NotFound, "No such rollout", $"There is no rollout {rollout}.", SignedOutcome.Refused);
            case IntakeAnswer.Closed { Why: var why }:
                return Refuse(StatusCodes.Status409Conflict, "Refused", why, SignedOutcome.Refused);
            case IntakeAnswer.Late { Why: var why }:
                return Refuse(StatusCodes.Status503ServiceUnavailable, "Not decided yet", why, SignedOutcome.Refused);
            default:
                throw new InvalidOperationException($"{answer} is no answer of the intake.");
        }
    }

    private IResult Replayed(string id) => Refuse(
        StatusCodes.Status409Conflict,
        "Replayed",
        commands.Find(id)?.Answer is { } before ? $"This webhook-id was taken already: {before.Message}" : "This webhook-id was taken already. Use another one for another message.",
        SignedOutcome.Replayed);

    private IResult Refuse(int status, string title, string detail, SignedOutcome outcome, IReadOnlyList<FieldProblem>? problems = null)
    {
        metrics.Count(SignedWay.Webhook, outcome);
        return ApiProblems.Of(status, title, detail, problems);
    }

    /// <summary>The message's id belongs to its key: no sender can take up another one's.</summary>
    private static string CommandId(WebhookKeyOptions key, StandardWebhook signed) =>
        $"webhook-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{key.Name}\n{signed.Id}")))[..40]}";
}
