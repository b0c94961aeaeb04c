using CanaryController.Resources.Api;

namespace CanaryController.Manager.Outbound;

/// <summary>The rule for addresses in the configuration: absolute, http or https, no user, no query.</summary>
internal static class EndpointUrl
{
    /// <summary>What is wrong with <paramref name="url"/>; null when nothing is.</summary>
    public static FieldProblem? Check(string path, string url, string example)
    {
        if (url.Length == 0)
        {
            return new(path, null, "An address is required.", $"for example {example}");
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || (parsed.Scheme != Uri.UriSchemeHttp && parsed.Scheme != Uri.UriSchemeHttps))
        {
            return new(path, url, "Not an absolute http or https address.", $"for example {example}");
        }

        return parsed.UserInfo.Length > 0 || parsed.Query.Length > 0 || parsed.Fragment.Length > 0
            ? new(path, $"{parsed.Scheme}://{parsed.Authority}", "An address has no user, query or fragment here.", "put the token into a file and name the file")
            : null;
    }

    /// <summary>The address to resolve relative paths against: ends in a slash.</summary>
    public static Uri Base(string url) => new(url.EndsWith('/') ? url : url + "/", UriKind.Absolute);
}
