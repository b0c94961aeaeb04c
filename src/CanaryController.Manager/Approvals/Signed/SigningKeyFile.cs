using System.Text;
using CanaryController.Manager.Signing;

namespace CanaryController.Manager.Approvals.Signed;

/// <summary>
/// Signing keys that are kept in a file: one, or during a change of keys up to four, a line each. The file is read for each request, so that a key that was changed counts at once. Nothing of it is
/// ever part of a message.
/// </summary>
internal static class SigningKeyFile
{
    private const int MaxBytes = 4 * 1024;
    private const int MaxKeys = 4;

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
        var keys = lines.Select(line => SigningKey.Read(Encoding.UTF8.GetBytes(line))).OfType<byte[]>().ToList();
        return lines.Length is > 0 and <= MaxKeys && keys.Count == lines.Length
            ? keys
            : throw new IOException($"{path} does not hold keys: 1 to {MaxKeys} lines, each of {SigningKey.MinBytes} bytes or more, or whsec_ and base64 of as many.");
    }
}
