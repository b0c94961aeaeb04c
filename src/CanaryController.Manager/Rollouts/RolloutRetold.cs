using CanaryController.Resources.Api;
using MediatR;

namespace CanaryController.Manager.Rollouts;

/// <summary>A transition that the process before this one stored a moment ago, and may have died before it told everybody: for listeners whose receivers drop what they have already. Only on Kubernetes.</summary>
internal sealed class RolloutRetold(RolloutEvent @event) : INotification
{
    /// <summary>What changed.</summary>
    public RolloutEvent Event { get; } = @event;
}
