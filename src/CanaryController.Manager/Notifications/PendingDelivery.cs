using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Notifications;

/// <summary>A notification that waits to be told in one channel.</summary>
/// <param name="Row">What the memory calls it; 0 where nothing is kept.</param>
/// <param name="Channel">Where.</param>
/// <param name="Since">Since when it waits.</param>
/// <param name="Notification">What.</param>
internal sealed record PendingDelivery(long Row, ChannelKey Channel, DateTimeOffset Since, Notification Notification)
{
    /// <summary>The channel is one where approvers are asked: it is told although its own list of events leaves it out.</summary>
    public bool IsAsked { get; init; }
}

/// <summary>Keeps deliveries over a restart, where there is a place for that.</summary>
internal interface IDeliveryMemory
{
    /// <summary>Nothing is left to do for <paramref name="delivery"/>: told, or given up.</summary>
    /// <exception cref="Rollouts.StoreUnavailableException">It is kept, and will be told once more after a restart.</exception>
    void Settle(PendingDelivery delivery);
}
