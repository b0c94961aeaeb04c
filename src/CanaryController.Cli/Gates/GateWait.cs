using System.CommandLine;
using CanaryController.Cli.Controller;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Rendering;
using CanaryController.Cli.Watching;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;
using Spectre.Console;

namespace CanaryController.Cli.Gates;

/// <summary>Waits for a revision and tells the pipeline, however it ends: also when the time is up, nobody answers, or the job is cancelled.</summary>
internal sealed class GateWait(CommandContext cli, ParseResult parsed, GateFiles files)
{
    /// <summary>The file that GitHub Actions shows as the job's summary.</summary>
    public const string SummaryVariable = "GITHUB_STEP_SUMMARY";

    private readonly TimeProvider _time = cli.Environment.Time;

    /// <summary>Waits.</summary>
    /// <param name="api">Who is asked.</param>
    /// <param name="key">The rollout.</param>
    /// <param name="question">What is waited for.</param>
    /// <param name="timeout">How long at most; null for ever.</param>
    /// <param name="cancellation">Ctrl-C, or the end of the job.</param>
    /// <exception cref="CliException">It did not end by an answer. The reports are written all the same.</exception>
    public async Task<ExitCode> RunAsync(IRolloutApi api, RolloutKey key, GateQuestion question, TimeSpan? timeout, CancellationToken cancellation)
    {
        var began = _time.GetTimestamp();
        var record = new GateRecord { Key = key, Question = question, Began = _time.GetUtcNow() };
        try
        {
            var watcher = new Watcher(api.Follow(key, question), key, cli.Environment, OutagePatience.OfPipelines(timeout));
            var exit = await watcher.RunAsync(
                new GateDisplay(cli.Environment.Error, _time),
                frame =>
                {
                    record = record.With(frame);
                    return GateRecord.ExitOf(frame.Gate!);
                },
                timeout,
                cancellation);
            Report(record with { Exit = exit, Took = _time.GetElapsedTime(began) });
            return exit;
        }
        catch (CliException failed)
        {
            Report(record with { Exit = failed.Code, Message = failed.Message, Took = _time.GetElapsedTime(began) });
            throw;
        }
        catch (OperationCanceledException)
        {
            Report(record with { Exit = ExitCode.Interrupted, Message = "The wait was interrupted; the rollout itself goes on.", Took = _time.GetElapsedTime(began) });
            throw;
        }
    }

    private void Report(GateRecord record)
    {
        var document = new GateReport((int)record.Exit, record.Ending, record.Message, record.Began, Math.Round(record.Took.TotalSeconds, 3), record.Last);
        Write(files.JUnit, () => JUnitReport.Of(record));
        Write(files.Json, () => Document.Json(document, ApiJson.Default.GateReport) + "\n");
        var format = parsed.GetValue(cli.Options.Output);
        switch (format)
        {
            case OutputFormat.JUnit:
                cli.Environment.Output.Write(JUnitReport.Of(record));
                break;
            case OutputFormat.GitHub:
                foreach (var line in GitHubReport.Annotations(record))
                {
                    cli.Environment.Output.WriteLine(line);
                }

                Write(cli.Environment.Variable(SummaryVariable) is { Length: > 0 } summary ? summary : null, () => GitHubReport.Summary(record), isAdded: true);
                break;
            case OutputFormat.Json or OutputFormat.Yaml:
                cli.Printer(parsed).Print(document, ApiJson.Default.GateReport, () => []);
                break;
            case OutputFormat.Table when record.Exit is ExitCode.Done or ExitCode.Rejected or ExitCode.Superseded:
                cli.Printer(parsed).Draw([new Markup($"{Markup.Escape(record.Key.Name)} {Markup.Escape(record.Revision)} [{(record.Exit is ExitCode.Done ? "green" : "red")}]{record.Ending}[/]: {Markup.Escape(Humanize.LogLine(record.Message))}")]);
                break;
            case OutputFormat.Table:
                // What went wrong is told on standard error.
                break;
        }
    }

    /// <summary>A report that cannot be written does not change how the wait ended; it is told.</summary>
    private void Write(string? file, Func<string> text, bool isAdded = false)
    {
        try
        {
            if (file is not null && isAdded)
            {
                File.AppendAllText(file, text());
            }
            else if (file is not null)
            {
                File.WriteAllText(file, text());
            }
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            cli.Environment.Error.WriteLine($"The report {file} cannot be written: {unwritable.Message}");
        }
    }
}
