using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Notifications;

/// <summary>
/// One kind of place that channels lead to. The outbox calls it beside the loop: for one rollout and channel never twice at once, and in the order in which things happened. What is not delivered is tried again
/// by the outbox, with growing rests; a destination itself tries once.
/// </summary>
internal interface INotificationDestination
{
    /// <summary>Whether it is the one for <paramref name="channel"/>.</summary>
    bool Serves(NotificationChannelSpec channel);

    /// <summary>Tells <paramref name="delivery"/> once. It never throws for what the receiver, the network or a Secret does, only when it is cancelled.</summary>
    Task<DeliveryResult> DeliverAsync(Delivery delivery, CancellationToken cancellation);
}

/// <summary>What is to be told, and where.</summary>
/// <param name="Channel">The channel as it is now.</param>
/// <param name="Notification">What happened.</param>
/// <param name="Try">Which try it is, from 1. The try before may have reached the receiver all the same.</param>
internal sealed record Delivery(NotificationChannel Channel, Notification Notification, int Try);

/// <summary>What a try came to.</summary>
/// <param name="Outcome">Told or why not.</param>
/// <param name="Problem">What is wrong, in one sentence without any secret; null when it was told.</param>
/// <param name="RetryAfter">How long the receiver asked to be left alone; null when it did not say.</param>
internal sealed record DeliveryResult(DeliveryOutcome Outcome, string? Problem = null, TimeSpan? RetryAfter = null)
{
    /// <summary>It was told.</summary>
    public static DeliveryResult Delivered { get; } = new(DeliveryOutcome.Delivered);

    /// <summary>It may be told later.</summary>
    public static DeliveryResult Later(string problem, TimeSpan? retryAfter = null) => new(DeliveryOutcome.Later, problem, retryAfter);

    /// <summary>It will never be told.</summary>
    public static DeliveryResult Refused(string problem) => new(DeliveryOutcome.Refused, problem);
}

/// <summary>What a try came to.</summary>
internal enum DeliveryOutcome
{
    /// <summary>The receiver has it.</summary>
    Delivered,

    /// <summary>It may have it later: no answer, 5xx, 429, or something of ours is missing that a person can mend (a Secret, an allowed address).</summary>
    Later,

    /// <summary>The receiver does not want it, and trying again would not help.</summary>
    Refused,
}
