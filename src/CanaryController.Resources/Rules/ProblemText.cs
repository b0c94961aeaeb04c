using CanaryController.Resources.Api;

namespace CanaryController.Resources.Rules;

/// <summary>Problems as one line each, in the form that editors and pipelines take for a place.</summary>
public static class ProblemText
{
    /// <summary><c>file:line:column: path: message. Fix: fix.</c>; parts that are not known are left out, and warnings say that they are.</summary>
    public static string Format(FieldProblem problem)
    {
        var place = (problem.File, problem.Line) switch
        {
            (null, 0) => "",
            (null, _) => $"{problem.Line}:{problem.Column}: ",
            (_, 0) => $"{problem.File}: ",
            _ => $"{problem.File}:{problem.Line}:{problem.Column}: ",
        };
        var warning = problem.Severity is ProblemSeverity.Warning ? "warning: " : "";
        var path = problem.Path.Length == 0 ? "" : $"{problem.Path}: ";
        var fix = problem.Fix is null ? "" : $" Fix: {problem.Fix}.";
        return $"{place}{warning}{path}{problem.Message}.{fix}";
    }
}
