using System.Net.Http.Headers;

namespace CanaryController.Manager.Outbound;

/// <summary>
/// A bearer token kept in a file. The file is read for each request, so that a token that was renewed counts at once; it is a few bytes, and requests are few.
/// The token is never logged and never part of a message.
/// </summary>
/// <param name="path">The file; null = no token is sent.</param>
internal sealed class BearerTokenFile(string? path)
{
    private const int MaxBytes = 16 * 1024;

    /// <summary>Reads the token; null when none is configured.</summary>
    /// <exception cref="IOException">The file cannot be read, is empty or is no token.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public AuthenticationHeaderValue? Read()
    {
        if (path is null)
        {
            return null;
        }

        if (new FileInfo(path).Length > MaxBytes)
        {
            throw new IOException($"{path} is larger than {MaxBytes} bytes; a token file holds the token only.");
        }

        var token = File.ReadAllText(path).Trim();
        return token.Length > 0 && token.All(c => c is > ' ' and <= '~')
            ? new AuthenticationHeaderValue("Bearer", token)
            : throw new IOException($"{path} does not hold a token: one line of visible characters without blanks is expected.");
    }
}
