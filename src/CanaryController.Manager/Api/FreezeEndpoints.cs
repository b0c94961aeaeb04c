using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Windows;

namespace CanaryController.Manager.Api;

/// <summary>Freezes: all of a namespace, a new one, the end of one. On Kubernetes they are objects, which people write themselves.</summary>
internal sealed partial class FreezeEndpoints(IFreezes freezes, ApiAccess access, TimeProvider time, ILogger<FreezeEndpoints> logger, IFreezeKeeper? keeper = null)
{
    private const string OnKubernetes = "On Kubernetes a freeze is an object: use kubectl, or canaryctl with --kubeconfig.";

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/namespaces/{ns}/freezes");
        group.MapGet("", (string ns) => List(ns)).AddEndpointFilter(access.Require(ApiVerb.List))
            .Describe("ListFreezes", "The freezes of a namespace and those of all, those that last first; - means all namespaces.").Produces<FreezeList>().Problems();
        group.MapPost("", (string ns, HttpContext context) => AddAsync(ns, context)).AddEndpointFilter(access.Require(ApiVerb.Operate))
            .Describe("AddFreeze", "Holds up the rollouts of a namespace, from now on if not said otherwise. Aborts and rollbacks never wait.")
            .Body<FreezeRequest>().Produces<FreezeView>()
            .Problems(StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status422UnprocessableEntity);
        group.MapDelete("{name}", (string ns, string name, HttpContext context) => End(ns, name, context)).AddEndpointFilter(access.Require(ApiVerb.BreakGlass))
            .Describe("EndFreeze", "Ends a freeze that the API made; those who wait for it go on.").Produces<FreezeList>().Problems(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private IResult List(string ns) =>
        Results.Json(FreezeViews.List(freezes.Of(ns == RolloutEndpoints.AllNamespaces ? null : ns), time.GetUtcNow()), ApiJson.Default.FreezeList);

    private async Task<IResult> AddAsync(string ns, HttpContext context)
    {
        if (keeper is null)
        {
            return ApiProblems.Of(StatusCodes.Status409Conflict, "Refused", OnKubernetes);
        }

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

        if (!keeper.Add(window))
        {
            return ApiProblems.Of(StatusCodes.Status409Conflict, "Conflict", $"There is a freeze {request.Name} already; give this one another name.");
        }

        var actor = ApiAccess.CallerOf(context).Actor;
        Added(logger, ns, request.Name, actor, request.Reason);
        return Results.Json(FreezeViews.Of(window, Freeze.Of(window), null, time.GetUtcNow()), ApiJson.Default.FreezeView);
    }

    private IResult End(string ns, string name, HttpContext context)
    {
        var actor = ApiAccess.CallerOf(context).Actor;
        switch (keeper?.End(ns, name))
        {
            case null when keeper is null:
                return ApiProblems.Of(StatusCodes.Status409Conflict, "Refused", OnKubernetes);
            case null:
                Ended(logger, ns, name, actor);
                return List(ns);
            case "":
                return ApiProblems.Of(StatusCodes.Status404NotFound, "No such freeze", $"There is no freeze {name} in the namespace {ns}.");
            case { } file:
                return ApiProblems.Of(StatusCodes.Status409Conflict, "Refused", $"The freeze {name} stands in the file {file}: take it out there.");
        }
    }

    [LoggerMessage(EventId = 1450, Level = LogLevel.Information, Message = "The freeze {Namespace}/{Name} was made by {Actor}: {Reason}")]
    private static partial void Added(ILogger logger, string @namespace, string name, string actor, string reason);

    [LoggerMessage(EventId = 1451, Level = LogLevel.Information, Message = "The freeze {Namespace}/{Name} was ended by {Actor}")]
    private static partial void Ended(ILogger logger, string @namespace, string name, string actor);
}
