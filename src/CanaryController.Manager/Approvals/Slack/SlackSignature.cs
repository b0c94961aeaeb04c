using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CanaryController.Manager.Approvals.Slack;

/// <summary>How Slack signs requests, version 0: HMAC-SHA256 over <c>v0:timestamp:body</c> with the app's signing secret, in lower-case hexadecimal.</summary>
/// <param name="At">When it was signed, to the second.</param>
/// <param name="Code">The signature, 32 bytes.</param>
internal sealed record SlackSignature(DateTimeOffset At, byte[] Code)
{
    /// <summary>How far a request's time may be from now.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private const string Version = "v0=";

    /// <summary>Reads the headers; null when they are none of Slack's.</summary>
    public static SlackSignature? Read(IHeaderDictionary headers)
    {
        var (timestamp, signature) = (headers["X-Slack-Request-Timestamp"].ToString(), headers["X-Slack-Signature"].ToString());
        var code = new byte[HMACSHA256.HashSizeInBytes];
        return long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            && signature.StartsWith(Version, StringComparison.Ordinal) && signature.Length == Version.Length + (2 * code.Length)
            && Convert.FromHexString(signature.AsSpan(Version.Length), code, out _, out var written) == System.Buffers.OperationStatus.Done && written == code.Length
            ? new(DateTimeOffset.FromUnixTimeSeconds(seconds), code)
            : null;
    }

    /// <summary>It is neither older than the window nor that far ahead.</summary>
    public bool IsTimely(DateTimeOffset now) => (now - At).Duration() <= Window;

    /// <summary>It was made with <paramref name="secret"/> for <paramref name="body"/>; compared in fixed time.</summary>
    public bool IsFor(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> body) => CryptographicOperations.FixedTimeEquals(Code, Sign(secret, At, body));

    /// <summary>The signature of a body.</summary>
    public static byte[] Sign(ReadOnlySpan<byte> secret, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"v0:{at.ToUnixTimeSeconds()}:")));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }
}
