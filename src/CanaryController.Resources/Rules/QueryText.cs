using System.Text.RegularExpressions;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The variables of a query, and their rules.</summary>
public static partial class QueryText
{
    /// <summary>The longest query.</summary>
    public const int MaxCharacters = 4_096;

    /// <summary>What may stand between <c>{{</c> and <c>}}</c>: <c>version</c> is the version that is measured.</summary>
    public static IReadOnlyList<string> Variables { get; } = ["version", "stable", "canary", "namespace", "name", "route"];

    /// <summary>Fills the variables in. White space around a name is free.</summary>
    /// <param name="query">A query that keeps the rules.</param>
    /// <param name="value">Gives a variable's value; it is escaped for a PromQL string in double quotes.</param>
    public static string Fill(string query, Func<string, string> value) =>
        Variable().Replace(query, match => value(match.Groups[1].Value).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal));

    internal static void Check<T>(string? query, ValidationContext<T> context)
    {
        if (query is null or { Length: > MaxCharacters })
        {
            return;
        }

        foreach (var name in Variable().Matches(query).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal).Where(name => !Variables.Contains(name, StringComparer.Ordinal)))
        {
            context.Problem("query", $"the query names a variable {name} that there is not", $"use {string.Join(", ", Variables)}");
        }

        if (!Variable().IsMatch(query))
        {
            context.Problem(
                "query", "the query names no version, so that it gives the same for stable and canary", "select the canary's series: {version=\"{{ version }}\"}", Severity.Warning);
        }
    }

    [GeneratedRegex(@"\{\{[ \t]*([^{}]*?)[ \t]*\}\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Variable();
}
