using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Api;

/// <summary>
/// <c>POST …/commands</c>: stores the command, wakes the rollout, and answers when it was decided about and acted upon. The same id again is answered
/// alike and not carried out twice.
/// </summary>
internal sealed class CommandEndpoint(
    IRolloutResources resources, ICommands commands, CommandDesk desk, IRolloutWaker waker, RolloutEndpoints rollouts, ILeadership leadership, ApiAccess access, TimeProvider time)
{
    /// <summary>How large a body may be; the server refuses more.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>How long an answer is waited for; the command stays stored and is carried out later.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

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
            return ApiProblems.Of(StatusCodes.Status503ServiceUnavailable, "Not the leader", "Another replica of the controller leads; send it again, to that one.");
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

        return resources.Find(key) switch
        {
            null => RolloutEndpoints.NotFound(key),
            { IsLeft: true } => ApiProblems.Of(StatusCodes.Status409Conflict, "Refused", $"The rollout {key} was released; adopt it to go on."),
            { Spec: null } => ApiProblems.Of(StatusCodes.Status409Conflict, "Refused", $"The resource {key} never was valid; mend its file first."),
            _ => await CarryOutAsync(key, CommandRules.ToCommand(request, caller.Actor), context.RequestAborted),
        };
    }

    private async Task<IResult> CarryOutAsync(RolloutKey key, RolloutCommand command, CancellationToken cancellation)
    {
        var done = desk.Expect(command.Id);
        try
        {
            var stored = await commands.AddAsync(key, command, time.GetUtcNow(), cancellation);
            if (stored.Key != key || !CommandRules.IsSame(stored.Command, command))
            {
                return ApiProblems.Of(
                    StatusCodes.Status409Conflict, "Conflict", $"The id {command.Id} names another command already. Send each command with an id of its own.");
            }

            if (stored.Answer is { } before)
            {
                return Answer(key, command, before);
            }

            waker.Wake(key, command.Action is RolloutAction.Abort or RolloutAction.Reject ? QueueLane.Urgent : QueueLane.Prompt);
            await done.WaitAsync(Patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            return ApiProblems.Of(
                StatusCodes.Status503ServiceUnavailable,
                "Not decided yet",
                $"The command {command.Id} is stored and will be carried out; send it again with the same id to learn what became of it.");
        }
        finally
        {
            desk.Leave(command.Id);
        }

        return commands.Find(command.Id)?.Answer is { } answer
            ? Answer(key, command, answer)
            : ApiProblems.Of(StatusCodes.Status503ServiceUnavailable, "Not decided yet", "The command is stored; deciding about it failed and is tried again.");
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
