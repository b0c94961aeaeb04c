using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CanaryController.Manager.Outbound;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Notifications;

/// <summary>
/// Tells channels what happened, beside the loop: each lane (a rollout and a channel) has one worker, which tells its head until it is told, refused or too old, and then the next one. Lanes do not wait for each
/// other, except for a place among the few requests that are under way at once.
/// </summary>
internal sealed partial class NotificationOutbox(
    INotificationChannels channels,
    IEnumerable<INotificationDestination> destinations,
    OutboundOptions options,
    OutboxMetrics metrics,
    Random random,
    TimeProvider time,
    ILogger<NotificationOutbox> logger,
    IDeliveryMemory? memory = null) : BackgroundService
{
    /// <summary>The longest rest between two tries, unless the receiver asks for a longer one.</summary>
    public static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(5);

    private const int PlacesTogether = 16;
    private const int PlacesAChannel = 4;
    private static readonly TimeSpan _firstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestAsked = TimeSpan.FromHours(1);

    private readonly Lock _drawing = new();
    private readonly DeliveryLanes _lanes = new();
    private readonly INotificationDestination[] _destinations = [.. destinations];
    private readonly SemaphoreSlim _places = new(PlacesTogether);
    private readonly ConcurrentDictionary<ChannelKey, SemaphoreSlim> _placesOf = new();
    private readonly ConcurrentDictionary<ChannelKey, string> _failing = new();
    private readonly ConcurrentDictionary<Task, LaneKey> _workers = new();
    private readonly CancellationTokenSource _stopping = new();
    private int _disposals;

    /// <summary>Takes <paramref name="delivery"/>, which was stored before where deliveries are kept. Returns at once.</summary>
    public void Add(PendingDelivery delivery)
    {
        switch (_lanes.Add(delivery))
        {
            case LaneEntry.First:
                Begin(LaneKey.Of(delivery));
                break;
            case LaneEntry.Behind:
                break;
            case LaneEntry.Full:
                GiveUp(delivery, DeadReason.Full, "too many wait.");
                Forget(delivery);
                break;
        }

        metrics.ShowPending(_lanes.Count);
    }

    /// <summary>Ends when every worker has stopped; what is not told stays where deliveries are kept.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!_stopping.IsCancellationRequested)
        {
            await _stopping.CancelAsync();
        }

        await base.StopAsync(cancellationToken);
        await Task.WhenAll(_workers.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The container has it twice: by its own name and among the hosted services.
        if (Interlocked.Exchange(ref _disposals, 1) == 0)
        {
            _stopping.Cancel();
            _stopping.Dispose();
            _places.Dispose();
        }

        base.Dispose();
    }

    /// <summary>The workers begin with what they get; here is only the end.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;

    private void Begin(LaneKey lane)
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        var worker = Task.Run(() => WorkAsync(lane, _stopping.Token), CancellationToken.None);
        _workers[worker] = lane;
        _ = worker.ContinueWith(done => _workers.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task WorkAsync(LaneKey lane, CancellationToken stopping)
    {
        try
        {
            while (_lanes.Next(lane) is { } next)
            {
                await TellAsync(next, stopping);
                Forget(next);
                _lanes.Settled(lane);
                metrics.ShowPending(_lanes.Count);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The next process tells the rest.
        }
    }

    private async Task TellAsync(PendingDelivery delivery, CancellationToken stopping)
    {
        for (var tried = 1; ; tried++)
        {
            var result = await TryAsync(delivery, tried, stopping);
            if (result.Outcome is DeliveryOutcome.Delivered)
            {
                Recover(delivery.Channel);
                return;
            }

            if (result.Outcome is DeliveryOutcome.Refused)
            {
                GiveUp(delivery, DeadReason.Refused, result.Problem);
                return;
            }

            var rest = Rest(tried, result.RetryAfter);
            if (time.GetUtcNow() + rest - delivery.Since > options.RetryFor)
            {
                GiveUp(delivery, DeadReason.Expired, result.Problem);
                return;
            }

            Fail(delivery.Channel, result.Problem);
            metrics.Retried();
            await Task.Delay(rest, time, stopping);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary between channels: one that fails in a way that nobody thought of must not stop the others. It is told and tried again.")]
    private async Task<DeliveryResult> TryAsync(PendingDelivery delivery, int tried, CancellationToken stopping)
    {
        if (channels.Find(delivery.Channel) is not { } channel)
        {
            return DeliveryResult.Later($"There is no valid NotificationChannel {delivery.Channel}.");
        }

        if (!channel.Spec.Tells(delivery.Notification.Kind) && !delivery.IsAsked)
        {
            return DeliveryResult.Delivered;
        }

        if (Array.Find(_destinations, each => each.Serves(channel.Spec)) is not { } destination)
        {
            return DeliveryResult.Refused($"This version cannot tell what the NotificationChannel {delivery.Channel} leads to.");
        }

        var own = _placesOf.GetOrAdd(delivery.Channel, _ => new(PlacesAChannel));
        await own.WaitAsync(stopping);
        try
        {
            await _places.WaitAsync(stopping);
            try
            {
                var result = await destination.DeliverAsync(new(channel, delivery.Notification, tried), stopping);
                if (result.Outcome is DeliveryOutcome.Delivered)
                {
                    metrics.Delivered();
                }

                return result;
            }
            catch (Exception failure) when (!stopping.IsCancellationRequested)
            {
                return DeliveryResult.Later($"{failure.GetType().Name} in {destination.GetType().Name}.");
            }
            finally
            {
                _places.Release();
            }
        }
        finally
        {
            own.Release();
        }
    }

    /// <summary>Doubled with each failure, less up to a quarter of jitter; never shorter than the receiver asks for, within bounds.</summary>
    private TimeSpan Rest(int tried, TimeSpan? asked)
    {
        var full = Math.Min(_firstRest.TotalMilliseconds * Math.Pow(2, Math.Min(tried - 1, 20)), LongestRest.TotalMilliseconds);
        double jitter;
        lock (_drawing)
        {
            jitter = random.NextDouble() / 4;
        }

        var own = TimeSpan.FromMilliseconds(full * (1 - jitter));
        return asked is { } wait && wait > own ? (wait < _longestAsked ? wait : _longestAsked) : own;
    }

    private void GiveUp(PendingDelivery delivery, DeadReason reason, string? problem)
    {
        metrics.Dead(reason);
        Dead(logger, delivery.Notification.Id, delivery.Notification.Kind, delivery.Channel, reason, problem);
    }

    private void Forget(PendingDelivery delivery)
    {
        try
        {
            memory?.Settle(delivery);
        }
        catch (StoreUnavailableException failure)
        {
            NotForgotten(logger, delivery.Notification.Id, delivery.Channel, failure);
        }
    }

    private void Fail(ChannelKey channel, string? problem)
    {
        if (_failing.TryAdd(channel, problem ?? ""))
        {
            Failing(logger, channel, problem);
        }
    }

    private void Recover(ChannelKey channel)
    {
        if (_failing.TryRemove(channel, out _))
        {
            Recovered(logger, channel);
        }
    }

    [LoggerMessage(EventId = 2201, Level = LogLevel.Warning, Message = "The NotificationChannel {Channel} cannot be told; it is tried again with growing rests: {Problem}")]
    private static partial void Failing(ILogger logger, ChannelKey channel, string? problem);

    [LoggerMessage(EventId = 2202, Level = LogLevel.Information, Message = "The NotificationChannel {Channel} is told again")]
    private static partial void Recovered(ILogger logger, ChannelKey channel);

    [LoggerMessage(EventId = 2203, Level = LogLevel.Error, Message = "{Id} ({Kind}) was given up for the NotificationChannel {Channel}: {Reason}: {Problem}")]
    private static partial void Dead(ILogger logger, string id, NotificationEvent kind, ChannelKey channel, DeadReason reason, string? problem);

    [LoggerMessage(EventId = 2204, Level = LogLevel.Warning, Message = "{Id} was told in the NotificationChannel {Channel}, and that could not be stored: a restart tells it once more")]
    private static partial void NotForgotten(ILogger logger, string id, ChannelKey channel, Exception failure);
}
