using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Notifications;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using MediatR;

namespace CanaryController.Manager.Gates;

/// <summary>
/// Asks the gates that matter now, each beside all others and beside the loop, a few at once. What a gate answers is kept in memory; a restart asks again, and until then nothing has passed. Since when a gate has
/// not passed is remembered with the rollout, so a restart does not start its deadline over.
/// </summary>
internal sealed partial class GateDesk(GateCaller caller, IRolloutWaker waker, IMediator mediator, ILeadership leadership, GateMetrics metrics, TimeProvider time, ILogger<GateDesk> logger) : IGates, IDisposable
{
    private const int PlacesTogether = 16;
    private static readonly TimeSpan _firstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestAsked = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<RolloutKey, TrackedGates> _rollouts = new();
    private readonly SemaphoreSlim _places = new(PlacesTogether);

    /// <inheritdoc/>
    public void Track(RolloutKey key, RolloutState state, EquatableArray<AskedGate> asked)
    {
        if (!_rollouts.TryGetValue(key, out var tracked))
        {
            if (asked.IsEmpty)
            {
                return;
            }

            tracked = _rollouts.GetOrAdd(key, _ => new());
        }

        if (!state.Phase.IsUnderWay())
        {
            Forget(key);
            return;
        }

        foreach (var (gate, ends) in tracked.Take(state, asked))
        {
            _ = Task.Run(() => AskAsync(key, tracked, gate, ends), CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public EquatableArray<GateObservation> Observe(RolloutKey key, RolloutState state) => _rollouts.TryGetValue(key, out var tracked) ? tracked.Answers(state) : [];

    /// <inheritdoc/>
    public void Forget(RolloutKey key)
    {
        if (_rollouts.TryRemove(key, out var tracked))
        {
            tracked.End();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in _rollouts.Keys)
        {
            Forget(key);
        }

        _places.Dispose();
    }

    /// <summary>Asks until the gate has said all that it can say, or is no longer asked.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary between gates: one that fails in a way that nobody thought of must not end in silence. It is shown and logged, and the gate has not passed.")]
    private async Task AskAsync(RolloutKey key, TrackedGates tracked, AskedGate asked, CancellationToken ends)
    {
        try
        {
            await AskUntilSettledAsync(key, tracked, asked, ends);
        }
        catch (Exception ended) when (ends.IsCancellationRequested && ended is OperationCanceledException or ObjectDisposedException)
        {
            // It is not asked any more, or the process ends.
        }
        catch (Exception failure)
        {
            Broken(logger, asked.Gate.Name, key, failure);
            tracked.Note(asked, new(GateStatus.Pending, $"it cannot be asked: {failure.GetType().Name}.", tracked.WaitsSince(asked)), ends);
        }
        finally
        {
            tracked.Leave(asked, ends);
        }
    }

    private async Task AskUntilSettledAsync(RolloutKey key, TrackedGates tracked, AskedGate asked, CancellationToken ends)
    {
        var (gate, failures) = (asked.Gate, 0);
        var since = tracked.WaitsSince(asked) ?? time.GetUtcNow();
        var question = new GateQuestion(key, tracked.State, asked, time.GetUtcNow());
        while (leadership.IsLeading)
        {
            question = failures == 0 ? question with { State = tracked.State, At = time.GetUtcNow() } : question;
            var answer = await OnceAsync(question, ends);
            since = answer.Status is GateStatus.Passed ? time.GetUtcNow() : since;
            var isLate = answer.Status is GateStatus.Pending && time.GetUtcNow() - since >= gate.Deadline;
            var (status, message) = isLate ? (GateStatus.Failed, $"it did not pass within {Describe(gate.Deadline!.Value)}: {answer.Message}") : (answer.Status, answer.Message);
            metrics.Asked(status);
            await NoteAsync(key, tracked, asked, new(status, message, status is GateStatus.Pending && gate.Deadline is not null ? since : null), ends);
            if (status is GateStatus.Failed || (status is GateStatus.Passed && gate.When is GateMoment.Before or GateMoment.BeforePromotion))
            {
                return;
            }

            failures = answer.IsAnswered ? 0 : failures + 1;
            await Task.Delay(Rest(gate, answer, failures, time.GetUtcNow() - since), time, ends);
        }
    }

    private async Task<GateAnswer> OnceAsync(GateQuestion question, CancellationToken ends)
    {
        await _places.WaitAsync(ends);
        try
        {
            return await caller.AskAsync(question, ends);
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task NoteAsync(RolloutKey key, TrackedGates tracked, AskedGate asked, GateNote note, CancellationToken ends)
    {
        var (state, status) = (tracked.State, note.Status);
        if (!tracked.Note(asked, note, ends))
        {
            return;
        }

        waker.Wake(key, status is GateStatus.Failed ? QueueLane.Urgent : QueueLane.Prompt);
        if (status is not GateStatus.Pending)
        {
            await mediator.Publish(new GateDecided(Told(key, state, asked, status, note.Message)), CancellationToken.None);
        }
    }

    private Notification Told(RolloutKey key, RolloutState state, AskedGate asked, GateStatus status, string message)
    {
        var now = time.GetUtcNow();
        var answer = new GateAnswered(asked.Gate.Name, state.CanaryRevision ?? "", state.Attempt, asked.StepIndex + 1, status is GateStatus.Passed, message);
        return new()
        {
            Id = $"{new GateQuestion(key, state, asked, now).Id}_{status.ToString().ToLowerInvariant()}",
            Kind = Resources.Notifications.NotificationEvent.GateAnswered,
            Rollout = key,
            At = now,
            Gate = answer,
        };
    }

    /// <summary>The interval after an answer; from 1 s up to it while there is none; what the gate asks for when that is longer. Never beyond the deadline, so that it is kept.</summary>
    private static TimeSpan Rest(GateSpec gate, GateAnswer answer, int failures, TimeSpan waited)
    {
        var own = failures == 0 ? gate.Interval : Least(_firstRest * Math.Pow(2, Math.Min(failures - 1, 20)), gate.Interval);
        var rest = answer.RetryAfter is { } wait && wait > own ? Least(wait, _longestAsked) : own;
        return gate.Deadline is { } deadline && deadline > waited && answer.Status is GateStatus.Pending ? Least(rest, deadline - waited) : rest;
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static string Describe(TimeSpan duration) => Resources.Rollouts.DurationText.Format(duration);

    [LoggerMessage(EventId = 2301, Level = LogLevel.Error, Message = "The gate {Gate} of {Key} cannot be asked")]
    private static partial void Broken(ILogger logger, string gate, RolloutKey key, Exception failure);
}
