using System.Text.RegularExpressions;

namespace CanaryController.Resources.Rules;

/// <summary>The forms of names, the same for files, the API and the command line.</summary>
public static partial class Names
{
    /// <summary>RFC 1123: at most 63 of <c>a-z 0-9 -</c>, a letter or digit at both ends.</summary>
    public static bool IsDnsLabel(string text) => DnsLabel().IsMatch(text);

    /// <summary>RFC 1123: at most 253 characters, DNS labels with a dot between them.</summary>
    public static bool IsDnsSubdomain(string text) => text.Length <= 253 && DnsSubdomain().IsMatch(text);

    /// <summary>What <see cref="IsVersion"/> asks for, as a fix.</summary>
    public const string VersionForm = "use at most 63 of A-Z, a-z, 0-9, -, _ and ., with a letter or digit at both ends";

    /// <summary>A Kubernetes label value that is not empty: at most 63 of <c>A-Z a-z 0-9 - _ .</c>, a letter or digit at both ends.</summary>
    public static bool IsVersion(string text) => Version().IsMatch(text);

    /// <summary>What <see cref="IsProxyName"/> asks for, as a fix.</summary>
    public const string ProxyNameForm = "use at most 128 of A-Z, a-z, 0-9, -, _, . and :";

    /// <summary>The name of a section in HAProxy's configuration: at most 128 of <c>A-Z a-z 0-9 - _ . :</c>.</summary>
    public static bool IsProxyName(string text) => ProxyName().IsMatch(text);

    /// <summary>What <see cref="IsMetricLabel"/> asks for, as a fix.</summary>
    public const string MetricLabelForm = "use at most 128 of A-Z, a-z, 0-9 and _, no digit first; __name__ and le have a meaning of their own";

    /// <summary>The name of a Prometheus label ("Data model": letters, digits and <c>_</c>) that can tell series apart.</summary>
    public static bool IsMetricLabel(string text) => MetricLabel().IsMatch(text) && text is not ("__name__" or "le");

    /// <summary>RFC 9110, 5.6.2: the form of header and cookie names.</summary>
    public static bool IsHttpToken(string text) => text.Length <= 128 && HttpToken().IsMatch(text);

    /// <summary>RFC 9110, 5.5, without the octets above ASCII and without white space at the ends: what every proxy compares alike.</summary>
    public static bool IsHeaderValue(string text) => text.Length <= 256 && HeaderValue().IsMatch(text);

    /// <summary>RFC 6265, 4.1.1: a cookie's value without quotes.</summary>
    public static bool IsCookieValue(string text) => text.Length <= 256 && CookieValue().IsMatch(text);

    /// <summary>A key of a Secret, and the name of a file: at most 253 of letters, digits, <c>- _ .</c>, and not <c>.</c> or beginning with <c>..</c>.</summary>
    public static bool IsSecretKey(string text) => SecretKey().IsMatch(text) && text is not "." && !text.StartsWith("..", StringComparison.Ordinal);

    /// <summary>A Slack channel: its id, or its name behind a <c>#</c>.</summary>
    public static bool IsSlackChannel(string text) => SlackChannel().IsMatch(text);

    /// <summary>What Slack can mention: the id of a user or user group, <c>here</c> or <c>channel</c>.</summary>
    public static bool IsSlackMention(string text) => SlackMention().IsMatch(text);

    [GeneratedRegex(@"^[-._a-zA-Z0-9]{1,253}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SecretKey();

    [GeneratedRegex(@"^([CGD][A-Z0-9]{2,30}|#[-_a-z0-9]{1,80})\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SlackChannel();

    [GeneratedRegex(@"^([UWS][A-Z0-9]{2,30}|here|channel)\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SlackMention();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex DnsLabel();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex DnsSubdomain();

    [GeneratedRegex(@"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Version();

    [GeneratedRegex(@"^[A-Za-z0-9_.:-]{1,128}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ProxyName();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]{0,127}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex MetricLabel();

    [GeneratedRegex(@"^[!#$%&'*+.^_`|~0-9A-Za-z-]+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HttpToken();

    [GeneratedRegex(@"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HeaderValue();

    [GeneratedRegex(@"^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex CookieValue();
}
