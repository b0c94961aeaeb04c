using System.CommandLine;
using CanaryController.Cli.Controller;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Rendering;
using CanaryController.Cli.Watching;
using CanaryController.Resources;
using Spectre.Console;

namespace CanaryController.Cli.Commands;

/// <summary><c>watch</c>: follow a rollout until it ends.</summary>
internal static class WatchCommand
{
    public static Command Create(CommandContext cli)
    {
        var rollout = cli.RolloutArgument();
        var revision = new Option<string?>("--revision") { HelpName = "REV", Description = "The revision to watch; default: the one asked for last" };
        var timeout = TimeoutOption.Create();
        var follow = new Option<bool>("--follow") { Description = "Go on after the end, with whatever comes next" };
        var command = new CliCommand("watch", "Follow a rollout until it ends: a live tree on a terminal, one line per change elsewhere, a document per change with -o json or yaml.")
        {
            Examples =
            [
                ("watch shop", "The one under way"),
                ("watch shop --revision v2 --timeout 1h", "In a pipeline: the exit code tells how it ended"),
                ("watch shop --follow", "All that happens, until Ctrl-C"),
            ],
            ExitCodes =
            [
                (ExitCode.Done, "promoted"), (ExitCode.Rejected, "rolled back"), (ExitCode.TimedOut, "--timeout passed"), (ExitCode.Superseded, "a newer revision took its place"),
            ],
        };
        command.Add(rollout);
        command.Add(revision);
        command.Add(timeout);
        command.Add(follow);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = cli.Connect(parsed);
            var key = cli.Key(parsed, parsed.GetRequiredValue(rollout));
            var question = new RevisionQuestion(parsed.GetValue(revision));
            var exit = await ShowAsync(cli, parsed, client, key, frame => parsed.GetValue(follow) ? null : question.Ask(frame), parsed.GetValue(timeout), cancellation);
            return (int)exit;
        });
        return command;
    }

    private static async Task<ExitCode> ShowAsync(
        CommandContext cli, ParseResult parsed, IRolloutApi client, RolloutKey key, Func<WatchFrame, ExitCode?> answer, TimeSpan? timeout, CancellationToken cancellation)
    {
        var printer = cli.Printer(parsed);
        var watcher = new Watcher(client.Follow(key), key, cli.Environment, OutagePatience.OfWatchers);
        if (printer.Format != OutputFormat.Table)
        {
            return await watcher.RunAsync(new DocumentDisplay(cli.Environment.Output, cli.Environment.Error, printer.Format), answer, timeout, cancellation);
        }

        if (!cli.Environment.OutputIsTerminal)
        {
            return await watcher.RunAsync(new PlainDisplay(cli.Environment.Output, cli.Environment.Time), answer, timeout, cancellation);
        }

        var live = new LiveDisplay(printer.Console(), new Text($"{key.Name} ...")) { Overflow = VerticalOverflow.Ellipsis, Cropping = VerticalOverflowCropping.Bottom };
        return await live.StartAsync(context => watcher.RunAsync(new LiveTreeDisplay(context, cli.Environment.Time, cli.Environment.Height), answer, timeout, cancellation));
    }
}
