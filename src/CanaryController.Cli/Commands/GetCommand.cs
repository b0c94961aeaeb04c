using System.CommandLine;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Rendering;
using CanaryController.Cli.Watching;
using CanaryController.Resources.Api;
using Spectre.Console;

namespace CanaryController.Cli.Commands;

/// <summary><c>get</c>: one rollout in full, or all of a namespace a line each.</summary>
internal static class GetCommand
{
    public static Command Create(CommandContext cli)
    {
        var rollout = cli.RolloutArgument();
        rollout.Arity = ArgumentArity.ZeroOrOne;
        var all = new Option<bool>("--all-namespaces", "-A") { Description = "The rollouts of all namespaces" };
        var command = new CliCommand("get", "Show one rollout in full, or all rollouts a line each.")
        {
            Examples =
            [
                ("get", "All rollouts of the namespace"),
                ("get -A", "All rollouts"),
                ("get shop", "One, with steps, metrics and what it waits for"),
                ("get shop -o json", "The same for machines"),
            ],
            ExitCodes = [(ExitCode.Done, "shown")],
        };
        command.Add(rollout);
        command.Add(all);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = cli.Connect(parsed);
            if (parsed.GetValue(rollout) is not { } name)
            {
                var everywhere = parsed.GetValue(all);
                var list = await client.ListAsync(everywhere ? "-" : cli.Namespace(parsed), cancellation);
                cli.Printer(parsed).Print(list, ApiJson.Default.RolloutList, () => list.Items.Count == 0
                    ? [new Text(everywhere ? "There are no rollouts." : $"There are no rollouts in the namespace '{cli.Namespace(parsed)}'; -A shows all namespaces.")]
                    : [RolloutTable.Render(list.Items, everywhere, cli.Environment.Time.GetUtcNow())]);
                return (int)ExitCode.Done;
            }

            if (parsed.GetValue(all))
            {
                throw new CliException(ExitCode.Usage, "Name a rollout or give -A, not both.");
            }

            var key = cli.Key(parsed, name);
            var view = await client.GetAsync(key, cancellation);
            var printer = cli.Printer(parsed);
            var history = printer.Format == OutputFormat.Table ? await client.HistoryAsync(key, cancellation) : new HistoryView([], [], []);
            printer.Print(view, ApiJson.Default.RolloutView, () => [RolloutTree.Render(new WatchFrame(view, history, cli.Environment.Time.GetUtcNow()), cli.Environment.Time.LocalTimeZone)]);
            return (int)ExitCode.Done;
        });
        return command;
    }
}
