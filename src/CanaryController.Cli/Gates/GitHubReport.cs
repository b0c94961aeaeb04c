using System.Text;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Rendering;
using CanaryController.Core.Analysis;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;

namespace CanaryController.Cli.Gates;

/// <summary>A wait as GitHub Actions shows it: annotations by workflow commands on standard output, and a summary in Markdown. Pure.</summary>
internal static class GitHubReport
{
    /// <summary>The annotations, one a line: how it ended, and each metric that failed.</summary>
    public static IEnumerable<string> Annotations(GateRecord record)
    {
        var title = $"{record.Key.Name} {record.Revision} {record.Ending}";
        yield return Command(record.Exit is ExitCode.Done ? "notice" : record.Exit is ExitCode.Superseded ? "warning" : "error", title, record.Message);
        foreach (var metric in Failed(record))
        {
            yield return Command("error", $"{record.Key.Name} {record.Revision} metric {metric.Name}: {GateText.Value(metric)}", metric.Message);
        }
    }

    /// <summary>What is added to the job's summary.</summary>
    public static string Summary(GateRecord record)
    {
        var text = new StringBuilder();
        text.Append($"### {(record.Exit is ExitCode.Done ? "✅" : "❌")} {Cell(record.Key.Name)} {Cell(record.Revision)}: {record.Ending}\n\n");
        text.Append($"{Cell(record.Message)}\n\nWaited {Humanize.Duration(record.Took)} for *{record.Question.Goal.Text()}*, exit code {(int)record.Exit}.\n");
        if (record.View is not { } view)
        {
            return text.Append('\n').ToString();
        }

        text.Append("\n| | step | canary gets | leaves after |\n|---|---|---|---|\n");
        foreach (var step in view.Steps)
        {
            var took = GateText.TimeAt(step, record.Transitions);
            var conditions = GateText.Conditions(step).TrimStart(',', ' ');
            text.Append($"| {Palette.Of(step.Status).Mark} | {step.Number} | {Humanize.Percent(step.WeightPercent)} | {Cell(conditions)}{(took > TimeSpan.Zero ? $" (took {Humanize.Duration(took)})" : "")} |\n");
        }

        if (view.Metrics.Count > 0)
        {
            text.Append("\n| | metric | canary | stable | threshold | |\n|---|---|---|---|---|---|\n");
        }

        foreach (var metric in view.Metrics)
        {
            text.Append($"| {Palette.Of(metric.Verdict).Mark} | {Cell(metric.Name)} | {Cell(metric.Value ?? "-")} | {Cell(metric.StableValue ?? "-")} | {Cell(metric.Threshold)} | {Cell(metric.Message)} |\n");
        }

        return text.Append('\n').ToString();
    }

    private static IEnumerable<MetricView> Failed(GateRecord record) => record.View?.Metrics.Where(metric => metric.Verdict is Verdict.Failed) ?? [];

    /// <summary>A workflow command. What the runner gives a meaning is escaped, so that no text of others ends the line or begins another command.</summary>
    private static string Command(string kind, string title, string message) =>
        $"::{kind} title={Data(title).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal)}::{Data(message)}";

    private static string Data(string text) =>
        text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    /// <summary>Text of others as text: no markup, no HTML, no end of the line or of the table's cell.</summary>
    private static string Cell(string text) => string.Concat(Humanize.OneLine(text).Select(letter => letter switch
    {
        '<' => "&lt;",
        '>' => "&gt;",
        '&' => "&amp;",
        '|' or '`' or '*' or '_' or '[' or ']' or '\\' or '#' or '!' or '@' => $"&#{(int)letter};",
        _ => letter.ToString(),
    }));
}
