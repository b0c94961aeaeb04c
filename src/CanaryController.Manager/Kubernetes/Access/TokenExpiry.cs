using System.Buffers.Text;
using System.Text.Json;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Kubernetes.Access;

/// <summary>When a token ends by its own words.</summary>
internal static class TokenExpiry
{
    /// <summary>Dates later than this count as this: the year 9999.</summary>
    private const long MaxUnixSeconds = 253_402_300_799;

    /// <summary>The claim <c>exp</c> of a JSON Web Token; null when it has none or is none. It is believed only of a token that the API server found right.</summary>
    public static DateTimeOffset? Of(string token)
    {
        var (first, last) = (token.IndexOf('.', StringComparison.Ordinal), token.LastIndexOf('.'));
        if (last <= first + 1)
        {
            return null;
        }

        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.AsSpan(first + 1, last - first - 1)));
            return claims.RootElement.At("exp") is { ValueKind: JsonValueKind.Number } exp && exp.TryGetDouble(out var seconds)
                ? DateTimeOffset.FromUnixTimeSeconds((long)Math.Clamp(seconds, 0, MaxUnixSeconds))
                : null;
        }
        catch (Exception wrong) when (wrong is FormatException or JsonException)
        {
            return null;
        }
    }
}
