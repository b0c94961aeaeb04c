using CanaryController.Manager.Rollouts;
using MediatR;

namespace CanaryController.Manager.Telemetry;

/// <summary>Counts transitions.</summary>
internal sealed class TransitionCounter(RolloutMetrics metrics) : INotificationHandler<RolloutTransitioned>
{
    public Task Handle(RolloutTransitioned notification, CancellationToken cancellationToken)
    {
        var seen = notification.Event;
        metrics.Count(new(seen.Namespace, seen.Name), seen.To, seen.Reason);
        return Task.CompletedTask;
    }
}
