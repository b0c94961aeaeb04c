using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Api;

/// <summary>
/// <c>POST …/commands</c>: hands the command to <see cref="CommandIntake"/>, and answers when it was decided about and acted upon. The same id again is answered
/// alike and not carried out twice.
/// </summary>
internal sealed class CommandEndpoint(CommandIntake intake, RolloutEndpoints rollouts, ILeadership leadership, LeaderRelay relay, ApiAccess access)
{
    /// <summary>How large a body may be; the server refuses more.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/namespaces/{ns}/rollouts/{name}/commands", (string ns, string name, HttpContext context) => PostAsync(new(ns, name), context))
            .Describe("PostCommand", "Carries a command out and answers when it was decided; 409 when the revision or the step is another than the sender saw.")
            .Body<CommandRequest>()
            .Produces<CommandResponse>()
            .Problems(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status415UnsupportedMediaType,
                StatusCodes.Status422UnprocessableEntity);

    private async Task<IResult> PostAsync(RolloutKey key, HttpContext context)
    {
        if (!leadership.IsLeading)
        {
            return await relay.AnswerAsync(context, "send it again with the same id.");
        }

        var (request, refusal) = await ApiBody.ReadAsync(context, ApiJson.Default.CommandRequest, "command");
        if (request is null)
        {
            return refusal!;
        }

        var caller = ApiAccess.CallerOf(context);
        var verb = request.Action switch
        {
            RolloutAction.Approve or RolloutAction.Reject => ApiVerb.Approve,
            RolloutAction.BreakGlass => ApiVerb.BreakGlass,
            _ => ApiVerb.Operate,
        };
        if (await access.CheckAsync(context, new(verb, key.Namespace, key.Name)) is { } forbidden)
        {
            return forbidden;
        }

        if (CommandRules.Check(request) is { Count: > 0 } problems)
        {
            return ApiProblems.Of(StatusCodes.Status422UnprocessableEntity, "Invalid command", "The command has wrong fields.", problems);
        }

        var command = CommandRules.ToCommand(request, caller);
        return await intake.CarryOutAsync(key, command, context.RequestAborted) switch
        {
            IntakeAnswer.Decided { Result: var result } => Answer(key, command, result),
            IntakeAnswer.NotFound => RolloutEndpoints.NotFound(key),
            IntakeAnswer.Closed { Why: var why } => ApiProblems.Of(StatusCodes.Status409Conflict, "Refused", why),
            IntakeAnswer.OtherCommand => ApiProblems.Of(
                StatusCodes.Status409Conflict, "Conflict", $"The id {command.Id} names another command already. Send each command with an id of its own."),
            IntakeAnswer.Late { Why: var why } => ApiProblems.Of(StatusCodes.Status503ServiceUnavailable, "Not decided yet", why),
            var other => throw new InvalidOperationException($"{other} is no answer of the intake."),
        };
    }

    private IResult Answer(RolloutKey key, RolloutCommand command, CommandResult result) => result.Status switch
    {
        CommandStatus.Accepted or CommandStatus.Unchanged => rollouts.Find(key) is { } view
            ? Results.Json(new CommandResponse(command.Id, result.Status, result.Message, view), ApiJson.Default.CommandResponse)
            : RolloutEndpoints.NotFound(key),
        CommandStatus.Conflict => ApiProblems.Of(StatusCodes.Status409Conflict, "Conflict", result.Message),
        CommandStatus.Refused => ApiProblems.Of(StatusCodes.Status409Conflict, "Refused", result.Message),
    };
}
