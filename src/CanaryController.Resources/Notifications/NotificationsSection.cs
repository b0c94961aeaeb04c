using CanaryController.Core;

namespace CanaryController.Resources.Notifications;

/// <summary><c>spec.notifications</c> of a Rollout: who hears of it.</summary>
public sealed record NotificationsSection
{
    /// <summary>The names of NotificationChannels of the rollout's namespace: at most 16, each named once.</summary>
    public EquatableArray<string> Channels { get; init; }
}
