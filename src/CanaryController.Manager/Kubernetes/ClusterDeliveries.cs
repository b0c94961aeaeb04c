using System.Collections.Concurrent;
using CanaryController.Manager.Notifications;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using MediatR;

namespace CanaryController.Manager.Kubernetes;

/// <summary>
/// Gives stored transitions to the outbox, which keeps them in memory: the statuses are what is left of them after a crash, and whoever leads next tells those of the last minutes again under the same ids.
/// </summary>
internal sealed class ClusterDeliveries(NotificationRoutes routes, NotificationOutbox outbox, TimeProvider time)
    : INotificationHandler<RolloutTransitioned>, INotificationHandler<RolloutRetold>, INotificationHandler<GateDecided>
{
    private const int MaxRemembered = 20_000;

    private readonly ConcurrentDictionary<RolloutKey, (DateTimeOffset At, long Sequence)> _last = new();

    /// <summary>A transition of this process.</summary>
    public Task Handle(RolloutTransitioned notification, CancellationToken cancellationToken)
    {
        Add(NotificationRoutes.Of(notification.Event));
        return Task.CompletedTask;
    }

    /// <summary>A transition of the process before; or of this one, which leads again, and then it was told already.</summary>
    public Task Handle(RolloutRetold notification, CancellationToken cancellationToken)
    {
        var told = NotificationRoutes.Of(notification.Event);
        if (!_last.TryGetValue(told.Rollout, out var last) || (told.At, told.Transition!.Sequence).CompareTo(last) > 0)
        {
            Add(told);
        }

        return Task.CompletedTask;
    }

    /// <summary>A gate's answer.</summary>
    public Task Handle(GateDecided notification, CancellationToken cancellationToken)
    {
        Queue(notification.Notification);
        return Task.CompletedTask;
    }

    private void Add(Notification notification)
    {
        if (_last.Count >= MaxRemembered)
        {
            _last.Clear();
        }

        _last[notification.Rollout] = (notification.At, notification.Transition!.Sequence);
        Queue(notification);
    }

    private void Queue(Notification notification)
    {
        foreach (var delivery in routes.Deliveries(notification, time.GetUtcNow()))
        {
            outbox.Add(delivery);
        }
    }
}
