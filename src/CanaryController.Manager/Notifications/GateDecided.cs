using MediatR;

namespace CanaryController.Manager.Notifications;

/// <summary>A gate answered, and that changed something.</summary>
internal sealed class GateDecided(Notification notification) : INotification
{
    /// <summary>What it answered.</summary>
    public Notification Notification { get; } = notification;
}
