using CanaryController.Resources.Api;
using MediatR;

namespace CanaryController.Manager.Rollouts;

/// <summary>A transition is stored: tell whoever listens inside this process. Published once each, in order.</summary>
internal sealed class RolloutTransitioned(RolloutEvent @event) : INotification
{
    /// <summary>What changed.</summary>
    public RolloutEvent Event { get; } = @event;
}
