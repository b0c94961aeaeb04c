using CanaryController.Resources.Api;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rules;
using Spectre.Console;

namespace CanaryController.Cli.Linting;

/// <summary>All that is wrong in some files. Pure.</summary>
/// <param name="Files">How many were read.</param>
/// <param name="Rollouts">How many rollouts were found in them, broken ones included.</param>
/// <param name="Problems">In order of the files and lines.</param>
internal sealed record LintReport(int Files, int Rollouts, IReadOnlyList<FieldProblem> Problems)
{
    /// <summary>Whether anything is refused.</summary>
    public bool HasErrors => Problems.Any(problem => problem.Severity is ProblemSeverity.Error);

    /// <summary>Checks each text by itself, then all rollouts against each other.</summary>
    public static LintReport Of(IEnumerable<LintSource> sources, RolloutRules rules)
    {
        var (files, problems, documents, templates) = (new List<string>(), new List<FieldProblem>(), new List<RolloutDocument>(), new List<MetricTemplateDocument>());
        var channels = new List<NotificationChannelDocument>();
        foreach (var source in sources)
        {
            var read = RolloutReader.Read(source.Text, source.Name, rules);
            files.Add(source.Name);
            problems.AddRange(read.Problems);
            documents.AddRange(read.Documents);
            documents.AddRange(read.Invalid);
            var others = MetricTemplateReader.Read(source.Text, source.Name);
            problems.AddRange(others.Problems);
            templates.AddRange(others.Documents);
            problems.AddRange(ApprovalReader.Read(source.Text, source.Name).Problems);
            var told = NotificationChannelReader.Read(source.Text, source.Name);
            problems.AddRange(told.Problems);
            channels.AddRange(told.Documents);
            problems.AddRange(FreezeWindowReader.Read(source.Text, source.Name).Problems);
        }

        problems.AddRange(RolloutSetRules.Check(documents));
        problems.AddRange(TemplateSetRules.Check(documents, templates));
        problems.AddRange(ChannelSetRules.Check(documents, channels));
        return new LintReport(files.Count, documents.Count, [.. problems.OrderBy(problem => files.IndexOf(problem.File ?? "")).ThenBy(problem => problem.Line).ThenBy(problem => problem.Column)]);
    }

    /// <summary>A line a problem, as editors and CI services find places: <c>file:line:column: error: path: message</c>; then a line that counts.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (var problem in Problems)
        {
            var color = problem.Severity switch
            {
                ProblemSeverity.Error => "red",
                ProblemSeverity.Warning => "yellow",
            };
            var path = problem.Path.Length == 0 ? "" : $"[bold]{Markup.Escape(problem.Path)}[/]: ";
            var fix = problem.Fix is { } text ? $". Fix: {Markup.Escape(text)}" : "";
            yield return $"{Markup.Escape(problem.File ?? "")}:{problem.Line}:{problem.Column}: [{color}]{problem.Severity.ToString().ToLowerInvariant()}[/]: {path}{Markup.Escape(problem.Message)}{fix}";
        }

        yield return $"{Count(Rollouts, "rollout")} in {Count(Files, "file")}: {Count(Problems.Count(problem => problem.Severity is ProblemSeverity.Error), "error")}, {Count(Problems.Count(problem => problem.Severity is ProblemSeverity.Warning), "warning")}";
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
}
