using System.CommandLine;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Rendering;
using CanaryController.Resources.Api;
using Spectre.Console;

namespace CanaryController.Cli.Commands;

/// <summary><c>history</c>: what became of the last revisions, every transition, who asked for what.</summary>
internal static class HistoryCommand
{
    public static Command Create(CommandContext cli)
    {
        var rollout = cli.RolloutArgument();
        var command = new CliCommand("history", "Show what became of the last revisions, the transitions, and who asked for what; newest first.")
        {
            Examples = [("history shop", "All three"), ("history shop -o json | jq -r '.revisions[0].outcome'", "What became of the last revision")],
            ExitCodes = [(ExitCode.Done, "shown")],
        };
        command.Add(rollout);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = cli.Connect(parsed);
            var key = cli.Key(parsed, parsed.GetRequiredValue(rollout));
            var history = await client.HistoryAsync(key, cancellation);
            cli.Printer(parsed).Print(history, ApiJson.Default.HistoryView, () => HistoryTables.Render(history, cli.Environment.Time.LocalTimeZone).DefaultIfEmpty(new Text($"Nothing has happened to {key.Name} yet.")));
            return (int)ExitCode.Done;
        });
        return command;
    }
}
