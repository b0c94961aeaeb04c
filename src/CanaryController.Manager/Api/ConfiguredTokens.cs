using System.Security.Cryptography;
using System.Text;

namespace CanaryController.Manager.Api;

/// <summary>Knows the tokens that <c>api.tokens</c> names.</summary>
internal sealed class ConfiguredTokens(ApiOptions options) : IApiAuthority
{
    /// <summary>Every token is compared, each in fixed time: how long it takes says nothing about any of them.</summary>
    public ValueTask<Identification> IdentifyAsync(string token, CancellationToken cancellation)
    {
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(token));
        var found = Identification.Unknown;
        foreach (var known in options.Tokens)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, known.Sha256.Span))
            {
                found = new(new RoleCaller(known.Name, known.Roles), null);
            }
        }

        return ValueTask.FromResult(found);
    }
}
