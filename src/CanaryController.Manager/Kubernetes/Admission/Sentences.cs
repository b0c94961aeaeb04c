using CanaryController.Resources.Api;

namespace CanaryController.Manager.Kubernetes.Admission;

/// <summary>Problems as one message, for tools that show no causes.</summary>
internal static class Sentences
{
    private const int MaxChars = 2_000;

    /// <summary>Like <c>The Rollout shop breaks 2 rules: PATH: MESSAGE; FIX. PATH: ...</c></summary>
    public static string Of(string what, IReadOnlyCollection<FieldProblem> problems)
    {
        var all = string.Join(". ", problems.Select(Of));
        var text = $"{what} breaks {(problems.Count == 1 ? "a rule" : $"{problems.Count} rules")}: {all}";
        return text.Length > MaxChars ? text[..MaxChars] + "…" : text;
    }

    /// <summary>One of them.</summary>
    public static string Of(FieldProblem problem) => $"{(problem.Path.Length == 0 ? "" : $"{problem.Path}: ")}{problem.Message}{(problem.Fix is null ? "" : $"; {problem.Fix}")}";
}
