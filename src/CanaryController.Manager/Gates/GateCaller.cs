using CanaryController.Core.Rollouts;
using CanaryController.Manager.Notifications;
using CanaryController.Manager.Notifications.Webhooks;
using CanaryController.Manager.Outbound;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Gates;

/// <summary>Asks a gate once: where its spec says, or its channel, signed by the key of whichever it is.</summary>
internal sealed class GateCaller(OutboundClient client, WebhookSigner signer, INotificationChannels channels)
{
    /// <summary>Asks <paramref name="question"/>. It never throws but when it is cancelled.</summary>
    public async Task<GateAnswer> AskAsync(GateQuestion question, CancellationToken cancellation)
    {
        var (gate, ns) = (question.Asked.Gate, question.Rollout.Namespace);
        if (PlaceOf(gate, ns) is not { } place)
        {
            return GateAnswer.NoAnswer($"there is no valid NotificationChannel {ns}/{gate.Channel} with a webhook.");
        }

        var payload = question.Payload(place.Format);
        var signed = await signer.SignAsync(ns, place.Secret, question.Id, payload.Body, cancellation);
        if (signed.Problem is { } missing)
        {
            return GateAnswer.NoAnswer(missing);
        }

        var request = new OutboundRequest(new(place.Url), payload.Body, payload.ContentType, gate.Timeout) { Headers = signed.Headers };
        return GateAnswer.Of(gate, await client.SendAsync(request, cancellation));
    }

    private Place? PlaceOf(GateSpec gate, string ns)
    {
        if (gate.Url is { } url)
        {
            return new(url, gate.Secret is { } secret ? new SecretKeySection { Name = secret.Name, Key = secret.Key } : null, gate.Format switch
            {
                GateFormat.CloudEvents => WebhookFormat.CloudEvents,
                GateFormat.Flagger => WebhookFormat.Flagger,
            });
        }

        return gate.Channel is { } name && channels.Find(new(ns, name))?.Spec.Webhook is { } webhook ? new(webhook.Url, webhook.Secret, webhook.Format) : null;
    }

    private sealed record Place(string Url, SecretKeySection? Secret, WebhookFormat Format);
}
