using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The form of addresses that requests are sent to. Whether the operator allows one is the controller's business.</summary>
public static class OutgoingUrl
{
    /// <summary>The longest one, in characters.</summary>
    public const int MaxCharacters = 2_048;

    /// <summary>What is wrong with <paramref name="url"/>, without what stands in it beyond the host; null when nothing is.</summary>
    public static string? Problem(string url)
    {
        if (url.Length > MaxCharacters)
        {
            return $"the address has {url.Length} characters";
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || (parsed.Scheme != Uri.UriSchemeHttp && parsed.Scheme != Uri.UriSchemeHttps) || parsed.Host.Length == 0)
        {
            return "the address is not an absolute http or https address";
        }

        return parsed.UserInfo.Length > 0 ? "the address has a user or password in it"
            : parsed.Fragment.Length > 0 ? "the address has a fragment, which is never sent"
            : null;
    }

    /// <summary>An address as it may be shown: what stands behind the host, and a user before it, may be a secret. Any other text as it is.</summary>
    public static string Shown(string text)
    {
        if (!text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return text;
        }

        var begin = text.IndexOf("://", StringComparison.Ordinal) + 3;
        var length = text.AsSpan(begin).IndexOfAny("/?#\\");
        var authority = length < 0 ? text[begin..] : text.Substring(begin, length);
        var rest = length < 0 || begin + length + 1 == text.Length ? "" : "/…";
        return $"{text[..begin]}{authority[(authority.LastIndexOf('@') + 1)..]}{rest}";
    }

    /// <summary>The text, when it is there, must be such an address.</summary>
    internal static IRuleBuilderOptions<T, string> IsOutgoingUrl<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(url => url.Length == 0 || Problem(url) is null).Says(url => Problem(url) ?? "", $"write http or https, without user and fragment, at most {MaxCharacters} characters, like https://hooks.example.com/canary");
}
