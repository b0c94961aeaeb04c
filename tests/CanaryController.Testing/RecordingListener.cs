using System.Collections.Concurrent;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Api;
using MediatR;

namespace CanaryController.Testing;

/// <summary>Remembers what was announced, over restarts.</summary>
internal sealed class RecordingListener : INotificationHandler<RolloutTransitioned>
{
    private readonly ConcurrentQueue<RolloutEvent> _events = new();

    public IReadOnlyList<RolloutEvent> Events => [.. _events];

    public Task Handle(RolloutTransitioned notification, CancellationToken cancellationToken)
    {
        _events.Enqueue(notification.Event);
        return Task.CompletedTask;
    }
}
