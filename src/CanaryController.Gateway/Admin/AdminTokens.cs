using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace CanaryController.Gateway.Admin;

/// <summary>The accepted tokens. Only their SHA-256 is held, and every comparison takes the same time.</summary>
internal sealed class AdminTokens(string path)
{
    private const int LeastLength = 16;
    private const string HashPrefix = "sha256:";
    private const string Scheme = "Bearer ";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");
    private volatile byte[][] _hashes = [];

    /// <summary>Reads the file again.</summary>
    /// <exception cref="FormatException">It holds no usable token; those before stay accepted.</exception>
    /// <exception cref="IOException">It cannot be read; those before stay accepted.</exception>
    public void Read()
    {
        var lines = File.ReadAllLines(path).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').ToList();
        if (lines.Count == 0)
        {
            throw new FormatException($"{path} holds no token. Fix: write one of at least {LeastLength} characters into it, for example with: openssl rand -hex 32");
        }

        _hashes = [.. lines.Select(Hash)];
    }

    public bool Accepts(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var given = SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()));
        var accepted = false;
        foreach (var hash in _hashes)
        {
            accepted |= CryptographicOperations.FixedTimeEquals(hash, given);
        }

        return accepted;
    }

    private byte[] Hash(string line, int index)
    {
        if (!line.StartsWith(HashPrefix, StringComparison.Ordinal))
        {
            return line.Length >= LeastLength
                ? SHA256.HashData(Encoding.UTF8.GetBytes(line))
                : throw new FormatException($"{path}: token {index + 1} is shorter than {LeastLength} characters. Fix: take a longer one, for example from: openssl rand -hex 32");
        }

        var hex = line.AsSpan(HashPrefix.Length);
        return hex.Length == SHA256.HashSizeInBytes * 2 && !hex.ContainsAnyExcept(HexDigits)
            ? Convert.FromHexString(hex)
            : throw new FormatException($"{path}: token {index + 1} is not {HashPrefix} and 64 hexadecimal digits.");
    }
}
