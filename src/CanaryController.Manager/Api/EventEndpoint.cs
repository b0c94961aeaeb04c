using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Api;

/// <summary>
/// <c>GET /v1/events</c>: the transitions as server-sent events, read from the table, so that Last-Event-ID goes on after any restart. Without it the
/// stream begins with what happens from now on. A heartbeat shows that the stream lives. Whoever may not watch any more is cut off at the next check; a client that may comes back by itself.
/// </summary>
internal sealed class EventEndpoint(IEventLog events, EventPulse pulse, IHostApplicationLifetime lifetime, ApiAccess access, TimeProvider time)
{
    /// <summary>The event's name for a transition.</summary>
    public const string TransitionEvent = "transition";

    /// <summary>The event's name for a sign of life; it has no id.</summary>
    public const string HeartbeatEvent = "heartbeat";

    /// <summary>How long a stream lives on without asking again whether its reader may watch.</summary>
    public static readonly TimeSpan Recheck = TimeSpan.FromMinutes(5);

    private const int BatchSize = 100;
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/events", StreamAsync)
            .Describe("StreamEvents", "Transitions as server-sent events; the header Last-Event-ID goes on after an event.")
            .Produces<RolloutEvent>(contentType: "text/event-stream").Problems(StatusCodes.Status400BadRequest);

    private async Task<IResult> StreamAsync(HttpContext context, string? @namespace, string? name)
    {
        var watched = new ApiAct(ApiVerb.Watch, @namespace == RolloutEndpoints.AllNamespaces ? null : @namespace, name);
        if (await access.CheckAsync(context, watched) is { } forbidden)
        {
            return forbidden;
        }

        var last = context.Request.Headers["Last-Event-ID"].ToString();
        var given = 0L;
        if (last.Length > 0 && (!long.TryParse(last, out given) || given < 0))
        {
            return ApiProblems.Of(StatusCodes.Status400BadRequest, "Bad Last-Event-ID", $"'{last}' is not the id of an event: a whole number from 0.");
        }

        // An id that was not given yet comes from a database that was lost: nothing of this one must be passed over.
        var newest = events.LastId;
        var from = last.Length == 0 ? newest : given <= newest ? given : 0;
        return TypedResults.ServerSentEvents(EnumerateAsync(from, watched, context, context.RequestAborted));
    }

    private async IAsyncEnumerable<SseItem<string>> EnumerateAsync(
        long after, ApiAct watched, HttpContext context, [EnumeratorCancellation] CancellationToken aborted)
    {
        var allowedAt = time.GetTimestamp();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        yield return new("", HeartbeatEvent);
        while (!ended.IsCancellationRequested)
        {
            if (time.GetElapsedTime(allowedAt) >= Recheck)
            {
                if (!await access.IsStillAllowedAsync(context, watched))
                {
                    yield break;
                }

                allowedAt = time.GetTimestamp();
            }

            var next = pulse.Next;
            var batch = events.After(after, BatchSize);
            foreach (var stored in batch)
            {
                after = stored.Id;
                if ((watched.Namespace is null || stored.Key.Namespace == watched.Namespace) && (watched.Name is null || stored.Key.Name == watched.Name))
                {
                    yield return new(JsonSerializer.Serialize(stored.ToEvent(), ApiJson.Default.RolloutEvent), TransitionEvent) { EventId = $"{stored.Id}" };
                }
            }

            if (batch.Count == 0 && !await HappensAsync(next, ended.Token) && !ended.IsCancellationRequested)
            {
                yield return new("", HeartbeatEvent);
            }
        }
    }

    /// <summary>True when something happened before the next heartbeat.</summary>
    private async Task<bool> HappensAsync(Task next, CancellationToken ended)
    {
        try
        {
            await next.WaitAsync(Heartbeat, time, ended);
            return true;
        }
        catch (Exception quiet) when (quiet is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }
}
