using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CanaryController.Manager.Signing;

/// <summary>The signature of Standard Webhooks (standardwebhooks.com), version 1: HMAC-SHA256 over <c>id.timestamp.body</c>. Messages that come and messages that go are signed alike.</summary>
internal static class StandardSignature
{
    /// <summary>The header that names the message.</summary>
    public const string IdHeader = "webhook-id";

    /// <summary>The header that says when it was signed: seconds since the Unix epoch.</summary>
    public const string TimestampHeader = "webhook-timestamp";

    /// <summary>The header of the signatures.</summary>
    public const string SignatureHeader = "webhook-signature";

    /// <summary>What stands before a signature of this version; base64 follows.</summary>
    public const string Version = "v1,";

    /// <summary>The timestamp's header.</summary>
    public static string Timestamp(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>The signature's header.</summary>
    public static string Header(ReadOnlySpan<byte> key, string id, DateTimeOffset at, ReadOnlySpan<byte> body) => Version + Convert.ToBase64String(Of(key, id, at, body));

    /// <summary>The signature, 32 bytes.</summary>
    public static byte[] Of(ReadOnlySpan<byte> key, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(Encoding.UTF8.GetBytes($"{id}.{Timestamp(at)}."));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }
}
