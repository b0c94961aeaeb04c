using System.Buffers;
using System.Buffers.Text;

namespace CanaryController.Manager.Signing;

/// <summary>A key as people write it down: the bytes themselves, or <c>whsec_</c> and their base64, as Standard Webhooks have it (standardwebhooks.com).</summary>
internal static class SigningKey
{
    /// <summary>A shorter key is refused: it could be guessed.</summary>
    public const int MinBytes = 16;

    private static ReadOnlySpan<byte> Prefix => "whsec_"u8;

    /// <summary>The key that <paramref name="text"/> stands for; null when it is none.</summary>
    public static byte[]? Read(ReadOnlySpan<byte> text)
    {
        var key = text.StartsWith(Prefix) ? FromBase64(text[Prefix.Length..]) : text.ToArray();
        return key is { Length: >= MinBytes } ? key : null;
    }

    private static byte[]? FromBase64(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done ? bytes[..written] : null;
    }
}
