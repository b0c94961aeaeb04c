using System.Text.RegularExpressions;
using CanaryController.Core.Analysis;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Rules;

/// <summary>The arguments of templates: what each type takes, and whether a rollout gives what a template needs.</summary>
public static partial class TemplateArguments
{
    /// <summary>How a query names an argument: <c>{{ args.topic }}</c>.</summary>
    public const string Prefix = "args.";

    /// <summary>The longest value.</summary>
    public const int MaxValueCharacters = 256;

    /// <summary>The most arguments of a template.</summary>
    public const int MaxArguments = 16;

    /// <summary>A letter, then letters, digits and <c>_</c>, at most 63.</summary>
    public static bool IsName(string text) => Name().IsMatch(text);

    /// <summary>All that is wrong with what a rollout gives to <paramref name="template"/>; empty when nothing is.</summary>
    public static IReadOnlyList<string> Problems(MetricTemplateReference reference, MetricTemplateSpec template)
    {
        var problems = new List<string>();
        foreach (var given in reference.Arguments.Where(given => template.Args.All(parameter => parameter.Name != given.Name)))
        {
            var there = template.Args.IsEmpty ? "it has none" : $"there are {string.Join(", ", template.Args.Select(parameter => parameter.Name))}";
            problems.Add($"it has no argument {given.Name}; {there}");
        }

        foreach (var parameter in template.Args)
        {
            var value = reference.Arguments.FirstOrDefault(given => given.Name == parameter.Name)?.Value;
            if (value is null && parameter.Default is null)
            {
                problems.Add($"its argument {parameter.Name} has no default and is not given");
            }
            else if (value is not null && Problem(parameter.Type, value) is { } wrong)
            {
                problems.Add($"its argument {parameter.Name} {wrong}");
            }
        }

        return problems;
    }

    /// <summary>What is wrong with a value of <paramref name="type"/>, as the end of a sentence; null when nothing is.</summary>
    public static string? Problem(TemplateParameterType type, string value) =>
        value.Length > MaxValueCharacters ? $"has {value.Length} characters; {MaxValueCharacters} are the most"
        : value.Contains("{{", StringComparison.Ordinal) ? "holds {{, which is for variables"
        : value.Any(char.IsControl) ? "holds a control character"
        : type switch
        {
            TemplateParameterType.String => null,
            TemplateParameterType.Number => Number().IsMatch(value) ? null : "is not a number like 0.5",
            TemplateParameterType.Duration => PromDuration().IsMatch(value) ? null : "is not a duration like 5m",
            TemplateParameterType.Identifier => Identifier().IsMatch(value) ? null : "is not a name: letters, digits, _ and :, not beginning with a digit",
        };

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_]{0,62}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"^-?[0-9]{1,15}(\.[0-9]{1,15})?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Number();

    [GeneratedRegex(@"^([0-9]{1,9}(ms|[smhdwy]))+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PromDuration();

    [GeneratedRegex(@"^[A-Za-z_:][A-Za-z0-9_:]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Identifier();
}
