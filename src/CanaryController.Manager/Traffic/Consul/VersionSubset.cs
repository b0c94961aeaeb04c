using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>The subset of a service-resolver that selects one version's instances: those that register it as <c>Meta.version</c>.</summary>
internal static partial class VersionSubset
{
    private const int MaxCharacters = 63;
    private const int HashCharacters = 8;
    private const string Selector = "Service.Meta.version";

    private static readonly SearchValues<char> _plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>
    /// The subset's name, which Envoy's metrics carry as <c>consul_destination_service_subset</c>: the version itself when that is a DNS label in lower case (<c>v2</c>). Otherwise what is allowed of it, and
    /// a hash, so that two versions never share a name (<c>1.2.0</c> is <c>1-2-0-</c> and 8 hexadecimal digits).
    /// </summary>
    public static string NameOf(string version)
    {
        if (version.Length is > 0 and <= MaxCharacters && !version.AsSpan().ContainsAnyExcept(_plain) && version[0] != '-' && version[^1] != '-')
        {
            return version;
        }

        var letters = version.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-').Take(MaxCharacters - HashCharacters - 1).ToArray();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(version)))[..HashCharacters];
        var label = new string(letters).Trim('-');
        return label.Length == 0 ? hash : $"{label}-{hash}";
    }

    /// <summary>The expression that selects the version's instances, among those that <paramref name="within"/> selects.</summary>
    public static string Filter(string version, string? within) =>
        within is null ? $"{Selector} == \"{version}\"" : $"({within}) and {Selector} == \"{version}\"";

    /// <summary>The expression that selects every instance of another version, or of none.</summary>
    public static string Others(string version, string? within) =>
        within is null ? $"{Selector} != \"{version}\"" : $"({within}) and {Selector} != \"{version}\"";

    /// <summary>The expression selects no other version's instances: it asks for this one, and whatever else it asks for is asked for as well.</summary>
    public static bool Selects(string filter, string version) =>
        !Alternative().IsMatch(filter) && Clauses(filter).Any(clause => VersionOf(clause) == version);

    /// <summary>What the expression asks for besides a version; null when that is nothing. False when it cannot be told apart.</summary>
    public static bool TryWithoutVersion(string filter, out string? rest)
    {
        rest = filter.Trim() is { Length: > 0 } text ? text : null;
        if (!filter.Contains(Selector, StringComparison.Ordinal))
        {
            return true;
        }

        var others = Clauses(filter).Where(clause => VersionOf(clause) is null).ToList();
        rest = others.Count == 0 ? null : string.Join(" and ", others);
        return !Alternative().IsMatch(filter) && rest?.Contains(Selector, StringComparison.Ordinal) is not true;
    }

    private static string[] Clauses(string filter) => Conjunction().Split(filter);

    private static string? VersionOf(string clause) => Equal().Match(clause) is { Success: true } match ? match.Groups["version"].Value : null;

    [GeneratedRegex("""^\s*\(?\s*Service\.Meta\.version\s*==\s*(?<quote>["`]?)(?<version>[-A-Za-z0-9_.]+)\k<quote>\s*\)?\s*\z""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Equal();

    [GeneratedRegex(@"\s+and\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Conjunction();

    [GeneratedRegex(@"(^|[\s(])(or|not)([\s(]|\z)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Alternative();
}
