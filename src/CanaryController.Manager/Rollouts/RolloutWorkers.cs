using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CanaryController.Manager.Telemetry;
using CanaryController.Resources;

namespace CanaryController.Manager.Rollouts;

/// <summary>
/// Takes keys from the queue and reconciles them, several at once. Whatever goes wrong with one rollout backs that one off, is logged once, and
/// leaves the others alone. On shutdown each worker finishes the key that it has.
/// </summary>
internal sealed partial class RolloutWorkers(
    RolloutQueue queue,
    RolloutReconciler reconciler,
    LiveRollouts live,
    RolloutMetrics metrics,
    WorkerOptions options,
    ILeadership leadership,
    TimeProvider time,
    ILogger<RolloutWorkers> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<RolloutKey, string> _failing = new();

    /// <summary>Works on <paramref name="key"/> once, whatever happens.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary between rollouts: a broken one must not stop the others. Logged, shown and retried.")]
    public async Task WorkAsync(RolloutKey key, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var outcome = "failed";
        try
        {
            var result = await reconciler.ReconcileAsync(key, cancellation);
            outcome = result.RetryWithin is null ? "ok" : "retry";
            Settle(key, result);
        }
        catch (StaleStateException)
        {
            outcome = "retry";
            queue.Fail(key, Backoff.LongestForRouter);
        }
        catch (StoreUnavailableException failure)
        {
            // Soon again: a rollback may be waiting to be stored, or for the router.
            Fail(key, failure, Backoff.LongestForRouter);
        }
        catch (Exception failure)
        {
            Fail(key, failure, Backoff.LongestAfterFailure);
        }

        metrics.Reconciled(outcome, time.GetElapsedTime(began));
        metrics.ShowDepth(queue.Depth);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, options.Count).Select(_ => Task.Run(() => RunAsync(stoppingToken), CancellationToken.None)));

    private async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            RolloutKey key;
            try
            {
                await leadership.WhenLeadingAsync(stopping);
                key = await queue.TakeAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }

            if (leadership.IsLeading)
            {
                await WorkAsync(key, CancellationToken.None);
            }
            else
            {
                // Whoever leads next looks at every rollout.
                queue.Complete(key, null);
            }
        }
    }

    private void Settle(RolloutKey key, ReconcileOutcome result)
    {
        if (_failing.TryRemove(key, out _))
        {
            Recovered(logger, key);
        }

        if (result.RetryWithin is { } longest)
        {
            queue.Fail(key, longest);
        }
        else
        {
            queue.Complete(key, result.WakeAt);
        }
    }

    private void Fail(RolloutKey key, Exception failure, TimeSpan longestRest)
    {
        var text = $"{failure.GetType().Name}: {failure.Message}";
        if (!_failing.TryGetValue(key, out var before) || before != text)
        {
            _failing[key] = text;
            Failed(logger, key, failure);
        }

        live.Set(key, live.Find(key).With(text, time.GetUtcNow()));
        queue.Fail(key, longestRest);
    }

    [LoggerMessage(EventId = 1101, Level = LogLevel.Error, Message = "{Key} could not be decided about; it is tried again with growing rests, the others go on")]
    private static partial void Failed(ILogger logger, RolloutKey key, Exception failure);

    [LoggerMessage(EventId = 1102, Level = LogLevel.Information, Message = "{Key} is decided about again")]
    private static partial void Recovered(ILogger logger, RolloutKey key);
}

/// <summary>How many rollouts are worked on at once.</summary>
/// <param name="Count">1 to 64.</param>
internal sealed record WorkerOptions(int Count);
