using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Windows;

namespace CanaryController.Manager.Api;

/// <summary>Freezes: all of a namespace, a new one, the end of one.</summary>
internal sealed partial class FreezeEndpoints(IFreezes freezes, ApiAccess access, TimeProvider time, ILogger<FreezeEndpoints> logger, IFreezeKeeper keeper)
{
    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/namespaces/{ns}/freezes");
        group.MapGet("", (string ns) => List(ns)).AddEndpointFilter(access.Require(ApiVerb.List))
            .Describe("ListFreezes", "The freezes of a namespace and those of all, those that last first; - means all namespaces.").Produces<FreezeList>().Problems();
        group.MapPost("", (string ns, HttpContext context) => AddAsync(ns, context)).AddEndpointFilter(access.Require(ApiVerb.Freeze))
            .Describe("AddFreeze", "Holds up the rollouts of a namespace, from now on if not said otherwise. Aborts and rollbacks never wait.")
            .Body<FreezeRequest>().Produces<FreezeView>()
            .Problems(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status422UnprocessableEntity);
        group.MapDelete("{name}", (string ns, string name, HttpContext context) => EndAsync(ns, name, context)).AddEndpointFilter(access.Require(ApiVerb.EndFreeze))
            .Describe("EndFreeze", "Ends a freeze of the namespace that stands in no file; those who wait for it go on.").Produces<FreezeList>().Problems(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private IResult List(string ns) =>
        Results.Json(FreezeViews.List(freezes.Of(ns == RolloutEndpoints.AllNamespaces ? null : ns), time.GetUtcNow()), ApiJson.Default.FreezeList);

    private async Task<IResult> AddAsync(string ns, HttpContext context)
    {
        var (request, refusal) = await ApiBody.ReadAsync(context, ApiJson.Default.FreezeRequest, "freeze");
        if (request is null)
        {
            return refusal!;
        }

        var window = FreezeViews.ToWindow(ns, request, time.GetUtcNow());
        if (FreezeWindowReader.Problems(window) is { Count: > 0 } problems)
        {
            return ApiProblems.Of(StatusCodes.Status422UnprocessableEntity, "Invalid freeze", "The freeze has wrong fields.", problems);
        }

        var actor = ApiAccess.CallerOf(context).Actor;
        if (Problem(await keeper.AddAsync(window, actor, context.RequestAborted)) is { } problem)
        {
            return problem;
        }

        Added(logger, ns, request.Name, actor, request.Reason);
        return Results.Json(FreezeViews.Of(window, Freeze.Of(window), null, time.GetUtcNow()), ApiJson.Default.FreezeView);
    }

    private async Task<IResult> EndAsync(string ns, string name, HttpContext context)
    {
        if (Problem(await keeper.EndAsync(ns, name, context.RequestAborted)) is { } problem)
        {
            return problem;
        }

        var actor = ApiAccess.CallerOf(context).Actor;
        Ended(logger, ns, name, actor);
        return List(ns);
    }

    private static IResult? Problem(FreezeAnswer answer) => answer.Outcome switch
    {
        FreezeOutcome.Done => null,
        FreezeOutcome.NotFound => ApiProblems.Of(StatusCodes.Status404NotFound, "Not found", answer.Message),
        FreezeOutcome.Refused => ApiProblems.Of(StatusCodes.Status409Conflict, "Refused", answer.Message),
    };

    [LoggerMessage(EventId = 1450, Level = LogLevel.Information, Message = "The freeze {Namespace}/{Name} was made by {Actor}: {Reason}")]
    private static partial void Added(ILogger logger, string @namespace, string name, string actor, string reason);

    [LoggerMessage(EventId = 1451, Level = LogLevel.Information, Message = "The freeze {Namespace}/{Name} was ended by {Actor}")]
    private static partial void Ended(ILogger logger, string @namespace, string name, string actor);
}
