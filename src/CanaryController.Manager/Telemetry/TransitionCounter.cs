using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using MediatR;

namespace CanaryController.Manager.Telemetry;

/// <summary>Counts transitions. The last ones of a rollout may be announced when it is forgotten already; then nothing of it stays.</summary>
internal sealed class TransitionCounter(RolloutMetrics metrics, IRolloutResources resources) : INotificationHandler<RolloutTransitioned>
{
    public Task Handle(RolloutTransitioned notification, CancellationToken cancellationToken)
    {
        var seen = notification.Event;
        var key = new RolloutKey(seen.Namespace, seen.Name);
        metrics.Count(key, seen.To, seen.Reason);
        if (resources.Find(key) is null)
        {
            metrics.Remove(key);
        }

        return Task.CompletedTask;
    }
}
