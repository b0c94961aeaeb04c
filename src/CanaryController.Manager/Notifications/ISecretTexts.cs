using System.Text;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Notifications;

/// <summary>Reads values of Secrets, or of files where there is no Kubernetes. They may be up to a minute old.</summary>
internal interface ISecretTexts
{
    /// <summary>The value of <paramref name="reference"/> in <paramref name="ns"/>. Never throws but when it is cancelled.</summary>
    Task<SecretText> ReadAsync(string ns, SecretKeySection reference, CancellationToken cancellation);
}

/// <summary>A secret, or why there is none. It never shows itself: whoever needs it asks for it by name.</summary>
internal sealed class SecretText
{
    private readonly byte[] _bytes;

    private SecretText(byte[] bytes, string? problem) => (_bytes, Problem) = (bytes, problem);

    /// <summary>Why it cannot be had, in one sentence without any of it; null when it can.</summary>
    public string? Problem { get; }

    /// <summary>It is there.</summary>
    public static SecretText Of(ReadOnlySpan<byte> bytes) => new(bytes.ToArray(), null);

    /// <summary>It is not there.</summary>
    public static SecretText Missing(string problem) => new([], problem);

    /// <summary>The value as it is, without line breaks and blanks at its end, which editors leave there.</summary>
    public ReadOnlyMemory<byte> RevealBytes() => _bytes.AsMemory(0, _bytes.AsSpan().TrimEnd(" \t\r\n"u8).Length);

    /// <summary>The same as text.</summary>
    public string Reveal() => Encoding.UTF8.GetString(RevealBytes().Span);

    /// <inheritdoc/>
    public override string ToString() => Problem is null ? "(secret)" : "(no secret)";
}
