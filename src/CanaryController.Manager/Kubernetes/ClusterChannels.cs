using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Notifications;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Kubernetes;

/// <summary>The channels of the cluster.</summary>
internal sealed class ClusterChannels(IObjectCache<NotificationChannelObject> cache) : INotificationChannels
{
    /// <inheritdoc/>
    public NotificationChannel? Find(ChannelKey key) => cache.Find(new(key.Namespace, key.Name))?.Channel;
}
