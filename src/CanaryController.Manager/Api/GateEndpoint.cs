using System.ComponentModel;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;
using Microsoft.AspNetCore.Mvc;

namespace CanaryController.Manager.Api;

/// <summary>
/// <c>GET …/gate</c>: where a pipeline waits for a revision. The answer comes when it is there or cannot come any more, when something happened that the client has not seen, or when
/// the time is up. Nothing is looked at in between: a transition rings.
/// </summary>
internal sealed class GateEndpoint(
    RolloutEndpoints rollouts, IEventLog events, IReadiness readiness, GateBell bell, ApiAccess access, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>How many wait at once; the other half of the connections is for those who command, and for probes.</summary>
    public const int MaxWaiting = 500;

    /// <summary>How many transitions one answer holds.</summary>
    public const int MaxTransitions = 50;

    private const int RetryAfterSeconds = 5;

    private int _waiting;

    /// <summary>How many wait now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Adds the route. Its parameters are read from the query as a whole, and only described here.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/namespaces/{ns}/rollouts/{name}/gate", (
                string ns,
                string name,
                HttpContext context,
                [FromQuery(Name = "for"), Description("promoted, paused, approval, rolled-back or ended. Required.")] string? goal,
                [Description("The revision, or on Kubernetes an image of its pods as the template has it. Left out: the one that was asked for last.")] string? revision,
                [Description("How long the answer may take, 0s to 60s; left out = at once.")] string? wait,
                [Description("The sequence of the answer before: answered with the transitions since, when there are any.")] string? after,
                [Description("What the answer before said: true when the revision was asked for at some time.")] string? known) => AskAsync(new(ns, name), context))
            .AddEndpointFilter(access.Require(ApiVerb.Get))
            .Describe("GetGate", "Waits until a revision is somewhere; answers at once when it is there, or ended otherwise.")
            .Produces<GateView>().Problems(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);

    private async Task<IResult> AskAsync(RolloutKey key, HttpContext context)
    {
        var problems = new List<FieldProblem>();
        var query = GateQuery.Read(context.Request.Query, problems);
        if (problems.Count > 0)
        {
            return ApiProblems.Of(StatusCodes.Status400BadRequest, "Not a question", "The query has wrong parameters.", problems);
        }

        if (readiness.Problem is { } unready)
        {
            return ApiProblems.Of(StatusCodes.Status503ServiceUnavailable, "Not ready", unready);
        }

        if (query.Wait == TimeSpan.Zero)
        {
            return Answer(key, query, isLast: true)!;
        }

        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            context.Response.Headers.RetryAfter = $"{RetryAfterSeconds}";
            return ApiProblems.Of(StatusCodes.Status429TooManyRequests, "Too many wait", $"{MaxWaiting} requests wait at gates already. Ask again in some seconds, or without wait.");
        }

        try
        {
            return await WaitAsync(key, query, context.RequestAborted);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<IResult> WaitAsync(RolloutKey key, GateQuery query, CancellationToken aborted)
    {
        using var deadline = new CancellationTokenSource(query.Wait, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, aborted, lifetime.ApplicationStopping);
        while (true)
        {
            using var place = bell.Wait(key);
            if (Answer(key, query, ended.IsCancellationRequested) is { } answer)
            {
                return answer;
            }

            await place.Rung.WaitAsync(ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            aborted.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The answer; null to wait on.</summary>
    private IResult? Answer(RolloutKey key, GateQuery query, bool isLast)
    {
        if (rollouts.Look(key) is not { } sight)
        {
            return RolloutEndpoints.NotFound(key);
        }

        if (query.Question.IsImage && sight.Asked is { Images.Count: 0 })
        {
            return ApiProblems.Of(StatusCodes.Status400BadRequest, "Not a question", $"The versions of {key} are named by its resource.",
                [new("revision", null, "Only the pods of a Deployment have images that are known here.", $"Name the version, like {sight.Asked.Revision}.")]);
        }

        var view = GateAnswers.Of(query.Question, sight);
        var isNews = query.After is { } after && after != view.Sequence;
        return isLast || isNews || view.Reached is not GateReached.No
            ? Results.Json(view with { Transitions = isNews ? Since(key, query.After!.Value, view.Sequence) : [] }, ApiJson.Default.GateView)
            : null;
    }

    /// <summary>Whoever saw more than there is saw another rollout of this name: all of this one is new then.</summary>
    private IReadOnlyList<RolloutEvent> Since(RolloutKey key, long after, long now) =>
        [.. events.Of(key, MaxTransitions).Where(transition => transition.Sequence > after || after > now).Reverse()];
}
