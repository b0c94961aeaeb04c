using CanaryController.Manager.Signing;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Notifications.Webhooks;

/// <summary>
/// Signs requests as Standard Webhooks say (standardwebhooks.com): HMAC-SHA256 over <c>id.timestamp.body</c>, in the headers webhook-id, webhook-timestamp and webhook-signature. Without a key the first two alone
/// are sent.
/// </summary>
internal sealed class WebhookSigner(ISecretTexts secrets, TimeProvider time)
{
    /// <summary>The headers of a request.</summary>
    /// <param name="ns">The namespace of whoever names the secret.</param>
    /// <param name="secret">The key; null = none.</param>
    /// <param name="id">Names the message, the same with each try.</param>
    /// <param name="body">What is sent.</param>
    /// <param name="cancellation">Ends the wait for the secret.</param>
    public async Task<SignedHeaders> SignAsync(string ns, SecretKeySection? secret, string id, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        List<KeyValuePair<string, string>> headers = [new(StandardSignature.IdHeader, id), new(StandardSignature.TimestampHeader, StandardSignature.Timestamp(now))];
        if (secret is null)
        {
            return new(headers, null);
        }

        var text = await secrets.ReadAsync(ns, secret, cancellation);
        if (text.Problem is { } missing)
        {
            return new([], missing);
        }

        if (SigningKey.Read(text.RevealBytes().Span) is not { } key)
        {
            return new([], $"The secret {secret.Name}/{secret.Key} is no key: {SigningKey.MinBytes} bytes or more, or whsec_ and base64 of as many.");
        }

        headers.Add(new(StandardSignature.SignatureHeader, StandardSignature.Header(key, id, now, body.Span)));
        return new(headers, null);
    }
}

/// <summary>Headers to send, or why there are none.</summary>
/// <param name="Headers">The headers.</param>
/// <param name="Problem">Why the request cannot be signed, in one sentence without any secret; null when it is.</param>
internal sealed record SignedHeaders(IReadOnlyList<KeyValuePair<string, string>> Headers, string? Problem);
