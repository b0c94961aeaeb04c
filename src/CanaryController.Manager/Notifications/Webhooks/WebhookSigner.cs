using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Notifications.Webhooks;

/// <summary>
/// Signs requests as Standard Webhooks say (standardwebhooks.com): HMAC-SHA256 over <c>id.timestamp.body</c>, in the headers webhook-id, webhook-timestamp and webhook-signature. Without a key the first two alone
/// are sent.
/// </summary>
internal sealed class WebhookSigner(ISecretTexts secrets, TimeProvider time)
{
    /// <summary>A shorter key is refused: it could be guessed.</summary>
    public const int MinKeyBytes = 16;

    private const string Prefix = "whsec_";

    /// <summary>The headers of a request.</summary>
    /// <param name="ns">The namespace of whoever names the secret.</param>
    /// <param name="secret">The key; null = none.</param>
    /// <param name="id">Names the message, the same with each try.</param>
    /// <param name="body">What is sent.</param>
    /// <param name="cancellation">Ends the wait for the secret.</param>
    public async Task<SignedHeaders> SignAsync(string ns, SecretKeySection? secret, string id, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        List<KeyValuePair<string, string>> headers = [new("webhook-id", id), new("webhook-timestamp", timestamp)];
        if (secret is null)
        {
            return new(headers, null);
        }

        var text = await secrets.ReadAsync(ns, secret, cancellation);
        if (text.Problem is { } missing)
        {
            return new([], missing);
        }

        if (Key(text) is not { } key)
        {
            return new([], $"The secret {secret.Name}/{secret.Key} is no key: {MinKeyBytes} bytes or more, or whsec_ and base64 of as many.");
        }

        headers.Add(new("webhook-signature", Signature(key, id, timestamp, body.Span)));
        return new(headers, null);
    }

    /// <summary>The signature's header.</summary>
    public static string Signature(ReadOnlySpan<byte> key, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hash.AppendData(body);
        return $"v1,{Convert.ToBase64String(hash.GetHashAndReset())}";
    }

    /// <summary>The key that a secret's text stands for; null when it is none.</summary>
    public static byte[]? Key(SecretText text)
    {
        var whole = text.Reveal();
        var key = whole.StartsWith(Prefix, StringComparison.Ordinal) ? FromBase64(whole[Prefix.Length..]) : text.RevealBytes().ToArray();
        return key is { Length: >= MinKeyBytes } ? key : null;
    }

    private static byte[]? FromBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }
}

/// <summary>Headers to send, or why there are none.</summary>
/// <param name="Headers">The headers.</param>
/// <param name="Problem">Why the request cannot be signed, in one sentence without any secret; null when it is.</param>
internal sealed record SignedHeaders(IReadOnlyList<KeyValuePair<string, string>> Headers, string? Problem);
