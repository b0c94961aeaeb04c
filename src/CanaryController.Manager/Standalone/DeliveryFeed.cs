using CanaryController.Manager.Notifications;
using CanaryController.Manager.Rollouts;
using MediatR;

namespace CanaryController.Manager.Standalone;

/// <summary>Makes deliveries of stored transitions and gives them to the outbox: at the start what waited before, then each new transition, whatever crashes lie between.</summary>
internal sealed partial class DeliveryFeed(
    SqliteDeliveries deliveries, NotificationRoutes routes, NotificationOutbox outbox, TimeProvider time, ILogger<DeliveryFeed> logger)
    : BackgroundService, INotificationHandler<RolloutTransitioned>, INotificationHandler<GateDecided>
{
    private const int BatchSize = 100;
    private static readonly TimeSpan _restAfterFailure = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly Lock _feeding = new();
    private bool _isLoaded;

    /// <summary>Something was stored: look soon.</summary>
    public Task Handle(RolloutTransitioned notification, CancellationToken cancellationToken)
    {
        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is signalled already, and everything stored is read at once.
        }

        return Task.CompletedTask;
    }

    /// <summary>Stores what a gate answered, and gives it to the outbox.</summary>
    public Task Handle(GateDecided notification, CancellationToken cancellationToken)
    {
        Feed(routes.Deliveries(notification.Notification, time.GetUtcNow()), null);
        return Task.CompletedTask;
    }

    /// <summary>Makes deliveries of all that is stored.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot be used; nothing is lost.</exception>
    public void FeedAll()
    {
        lock (_feeding)
        {
            if (!_isLoaded)
            {
                foreach (var waiting in deliveries.Load())
                {
                    outbox.Add(waiting);
                }

                _isLoaded = true;
            }
        }

        while (deliveries.Fresh(BatchSize) is { Count: > 0 } fresh)
        {
            Feed([.. fresh.SelectMany(stored => routes.Deliveries(NotificationRoutes.Of(stored.ToEvent()), time.GetUtcNow()))], fresh[^1].Id);
        }
    }

    public override void Dispose()
    {
        _signal.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failed = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                FeedAll();
                failed = false;
                await _signal.WaitAsync(stoppingToken);
            }
            catch (StoreUnavailableException failure)
            {
                if (!failed)
                {
                    Failed(logger, failure);
                }

                failed = true;
                await Task.Delay(_restAfterFailure, time, stoppingToken);
            }
        }
    }

    private void Feed(IReadOnlyList<PendingDelivery> made, long? lastEvent)
    {
        if (made.Count == 0 && lastEvent is null)
        {
            return;
        }

        foreach (var stored in deliveries.Add(made, lastEvent))
        {
            outbox.Add(stored);
        }
    }

    [LoggerMessage(EventId = 2211, Level = LogLevel.Error, Message = "What is to be told could not be stored; it is told later")]
    private static partial void Failed(ILogger logger, Exception failure);
}
