using System.Text;

namespace CanaryController.Manager.Approvals.Signed;

/// <summary>
/// Signing keys that are kept in a file: one, or during a change of keys up to four, a line each. The file is read for each request, so that a key that was changed counts at once. Nothing of it is
/// ever part of a message.
/// </summary>
internal static class SigningKeyFile
{
    /// <summary>A shorter key is refused: it could be guessed.</summary>
    public const int MinKeyBytes = 16;

    private const int MaxBytes = 4 * 1024;
    private const int MaxKeys = 4;
    private const string Prefix = "whsec_";

    /// <summary>Reads the keys.</summary>
    /// <exception cref="IOException">The file cannot be read, or holds no key.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static IReadOnlyList<byte[]> Read(string path)
    {
        if (new FileInfo(path).Length > MaxBytes)
        {
            throw new IOException($"{path} is larger than {MaxBytes} bytes; it holds keys only, a line each.");
        }

        var lines = File.ReadAllText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var keys = lines.Select(Parse).OfType<byte[]>().ToList();
        return lines.Length is > 0 and <= MaxKeys && keys.Count == lines.Length
            ? keys
            : throw new IOException($"{path} does not hold keys: 1 to {MaxKeys} lines, each of {MinKeyBytes} bytes or more, or whsec_ and base64 of as many.");
    }

    /// <summary>The key that a text stands for; null when it is none.</summary>
    public static byte[]? Parse(string text)
    {
        var key = text.StartsWith(Prefix, StringComparison.Ordinal) ? FromBase64(text[Prefix.Length..]) : Encoding.UTF8.GetBytes(text);
        return key is { Length: >= MinKeyBytes } ? key : null;
    }

    private static byte[]? FromBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }
}
