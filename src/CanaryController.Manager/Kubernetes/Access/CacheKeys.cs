using System.Security.Cryptography;
using System.Text;

namespace CanaryController.Manager.Kubernetes.Access;

/// <summary>
/// Names a text in memory without keeping it: an HMAC-SHA256 with a random key of this process. What it makes of a text cannot be foreseen outside, so looking it up in a table tells nothing about
/// those that are in it, however exactly somebody measures.
/// </summary>
internal sealed class CacheKeys
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>The name of a text.</summary>
    public string Of(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            return Convert.ToBase64String(HMACSHA256.HashData(_key, bytes));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
