using CanaryController.Manager.Outbound;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Notifications.Webhooks;

/// <summary>Tells webhooks: one signed POST a notification. 2xx is taken; 408, 425, 429, 5xx and no answer are tried again; everything else, a redirect among it, is refused.</summary>
internal sealed class WebhookDestination(OutboundClient client, WebhookSigner signer) : INotificationDestination
{
    /// <inheritdoc/>
    public bool Serves(NotificationChannelSpec channel) => channel.Webhook is not null;

    /// <inheritdoc/>
    public async Task<DeliveryResult> DeliverAsync(Delivery delivery, CancellationToken cancellation)
    {
        var (webhook, notification) = (delivery.Channel.Spec.Webhook!, delivery.Notification);
        var payload = WebhookPayload.Of(notification, webhook.Format);
        var signed = await signer.SignAsync(delivery.Channel.Metadata.Namespace, webhook.Secret, notification.Id, payload.Body, cancellation);
        if (signed.Problem is { } missing)
        {
            return DeliveryResult.Later(missing);
        }

        var answer = await client.SendAsync(new(new(webhook.Url), payload.Body, payload.ContentType, webhook.Timeout) { Headers = signed.Headers }, cancellation);
        return answer switch
        {
            { IsSuccess: true } => DeliveryResult.Delivered,
            { MayRecover: true } => DeliveryResult.Later(answer.Problem ?? $"The webhook answered {answer.Status}.", answer.RetryAfter),
            { Status: >= 300 and <= 399 } => DeliveryResult.Refused($"The webhook answered {answer.Status}: redirects are not followed."),
            _ => DeliveryResult.Refused(answer.Problem ?? $"The webhook answered {answer.Status}."),
        };
    }
}
