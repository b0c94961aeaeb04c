using System.Globalization;
using System.Security.Cryptography;
using CanaryController.Manager.Signing;

namespace CanaryController.Manager.Approvals.Webhooks;

/// <summary>The headers of a request in the form of Standard Webhooks (standardwebhooks.com): an id, when it was signed, and signatures over <c>id.timestamp.body</c>.</summary>
/// <param name="Id">Names the message: 1 to 128 visible characters.</param>
/// <param name="At">When it was signed, to the second.</param>
/// <param name="Signatures">Those of version 1: HMAC-SHA256, 32 bytes each.</param>
internal sealed record StandardWebhook(string Id, DateTimeOffset At, IReadOnlyList<byte[]> Signatures)
{
    /// <summary>How far a request's time may be from now.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private const int MaxIdChars = 128;
    private const int MaxSignatures = 8;
    private const int MaxHeaderChars = 1_024;

    /// <summary>Reads the headers.</summary>
    /// <returns>The headers, or what is wrong with them in one sentence.</returns>
    public static (StandardWebhook? Signed, string? Problem) Read(IHeaderDictionary headers)
    {
        var (id, timestamp, signatures) = (headers[StandardSignature.IdHeader].ToString(), headers[StandardSignature.TimestampHeader].ToString(), headers[StandardSignature.SignatureHeader].ToString());
        if (id.Length is 0 or > MaxIdChars || id.Any(letter => letter is <= ' ' or > '~'))
        {
            return (null, $"Send webhook-id: 1 to {MaxIdChars} visible characters, another one for each message.");
        }

        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return (null, "Send webhook-timestamp: the seconds since 1970 when the message was signed.");
        }

        List<byte[]> read = [];
        foreach (var one in signatures.Length > MaxHeaderChars ? [] : signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(MaxSignatures))
        {
            var bytes = new byte[HMACSHA256.HashSizeInBytes];
            if (one.StartsWith(StandardSignature.Version, StringComparison.Ordinal) && Convert.TryFromBase64String(one[StandardSignature.Version.Length..], bytes, out var length) && length == bytes.Length)
            {
                read.Add(bytes);
            }
        }

        return read.Count == 0
            ? (null, "Send webhook-signature: v1, and the base64 of HMAC-SHA256 over id.timestamp.body.")
            : (new(id, DateTimeOffset.FromUnixTimeSeconds(seconds), read), null);
    }

    /// <summary>It is neither older than the window nor that far ahead.</summary>
    public bool IsTimely(DateTimeOffset now) => (now - At).Duration() <= Window;

    /// <summary>One of the signatures was made with <paramref name="key"/>. All are compared, each in fixed time.</summary>
    public bool IsSignedWith(ReadOnlySpan<byte> key, ReadOnlySpan<byte> body)
    {
        var expected = StandardSignature.Of(key, Id, At, body);
        var isSigned = false;
        foreach (var signature in Signatures)
        {
            isSigned |= CryptographicOperations.FixedTimeEquals(expected, signature);
        }

        return isSigned;
    }
}
