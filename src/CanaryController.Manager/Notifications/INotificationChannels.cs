using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Notifications;

/// <summary>The channels in force. Reads memory only.</summary>
internal interface INotificationChannels
{
    /// <summary>The channel of that name; null when there is none, or its text is not valid.</summary>
    NotificationChannel? Find(ChannelKey key);
}
