using System.Text.RegularExpressions;
using CanaryController.Resources.Reading;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The variables of a query, and their rules.</summary>
public static partial class QueryText
{
    /// <summary>The longest query.</summary>
    public const int MaxCharacters = 4_096;

    /// <summary>What may stand between <c>{{</c> and <c>}}</c>: <c>version</c> is the version that is measured.</summary>
    public static IReadOnlyList<string> Variables { get; } = ["version", "stableVersion", "namespace", "name", "route"];

    internal static void Check<T>(string? query, ValidationContext<T> context, IReadOnlyList<string>? more = null, string path = "query")
    {
        IReadOnlyList<string> known = [.. Variables, .. more ?? []];
        if (query is null or { Length: > MaxCharacters })
        {
            return;
        }

        foreach (var name in Variable().Matches(query).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal).Where(name => !known.Contains(name, StringComparer.Ordinal)))
        {
            context.Problem(path, $"the query names a variable {ScalarNode.Show(name)} that there is not", $"use {string.Join(", ", known)}");
        }

        if (Variable().Replace(query, "").Contains("{{", StringComparison.Ordinal))
        {
            context.Problem(path, "the query has {{ without its }}", "write {{ version }}");
        }
        else if (!Variable().IsMatch(query))
        {
            context.Problem(
                path, "the query names no version, so that it gives the same for stable and canary", "select the canary's series: {version=\"{{ version }}\"}", Severity.Warning);
        }
    }

    [GeneratedRegex(@"\{\{[ \t]*([^{}]*?)[ \t]*\}\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Variable();
}
