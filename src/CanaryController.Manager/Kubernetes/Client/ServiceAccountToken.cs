using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text.Json;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>What a service account's token (a JWT) says of itself. It is our own: nothing is verified.</summary>
internal static class ServiceAccountToken
{
    private const string Prefix = "system:serviceaccount:";
    private const int PartsOfJwt = 3;

    /// <summary>The user name in <c>sub</c>; null when this is no service account's token.</summary>
    public static string? SubjectOf(AuthenticationHeaderValue? authorization)
    {
        if (authorization is not { Scheme: "Bearer", Parameter: { } token } || token.Split('.') is not { Length: PartsOfJwt } parts)
        {
            return null;
        }

        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return claims.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("sub", out var subject) && subject.ValueKind == JsonValueKind.String
                && subject.GetString() is { } name && name.StartsWith(Prefix, StringComparison.Ordinal)
                ? name
                : null;
        }
        catch (Exception wrong) when (wrong is FormatException or JsonException)
        {
            return null;
        }
    }
}
