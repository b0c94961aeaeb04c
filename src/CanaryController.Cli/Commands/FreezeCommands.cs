using System.CommandLine;
using System.CommandLine.Parsing;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Rendering;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;
using Spectre.Console;
using Columns = CanaryController.Cli.Rendering.Columns;

namespace CanaryController.Cli.Commands;

/// <summary><c>freeze</c>: lists, makes and ends freezes.</summary>
internal static class FreezeCommands
{
    public static Command Create(CommandContext cli)
    {
        var freeze = new CliCommand("freeze", "Hold rollouts up for a while: list, create and end freezes. Aborts and rollbacks never wait.")
        {
            Examples =
            [
                ("freeze list", "What holds rollouts up, now and later"),
                ("freeze create sale --for 48h --reason 'no changes during the sale'", "From now on, for two days"),
                ("freeze end sale", "Everybody goes on"),
            ],
            ExitCodes = [(ExitCode.Done, "done")],
        };
        freeze.Add(List(cli));
        freeze.Add(Make(cli));
        freeze.Add(End(cli));
        return freeze;
    }

    private static CliCommand List(CommandContext cli)
    {
        var all = new Option<bool>("--all-namespaces", "-A") { Description = "The freezes of all namespaces" };
        var command = new CliCommand("list", "Show the freezes of the namespace, and those of all namespaces.") { Examples = [("freeze list", "Those that last first")], ExitCodes = [(ExitCode.Done, "shown")] };
        command.Add(all);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = cli.Connect(parsed);
            Print(cli, parsed, await client.FreezesAsync(parsed.GetValue(all) ? "-" : cli.Namespace(parsed), cancellation));
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Make(CommandContext cli)
    {
        var name = NameArgument();
        var length = new Option<TimeSpan?>("--for") { HelpName = "DURATION", Description = "How long, from now, like 4h; left out: until somebody ends it", CustomParser = Duration };
        var reason = new Option<string>("--reason") { HelpName = "TEXT", Description = "Why, for those who wait", Required = true };
        var rollouts = new Option<string[]>("--rollout") { HelpName = "NAME", Description = "Only this rollout; may be given several times", AllowMultipleArgumentsPerToken = false };
        var command = new CliCommand("create", "Hold rollouts up from now on.")
        {
            Examples = [("freeze create sale --for 48h --reason 'no changes during the sale'", "For two days"), ("freeze create db --reason 'migration of the database' --rollout shop --rollout cart", "Two rollouts, until somebody ends it")],
            ExitCodes = [(ExitCode.Done, "it lasts"), (ExitCode.Rejected, "rejected: there is one of that name")],
        };
        command.Add(name);
        command.Add(length);
        command.Add(reason);
        command.Add(rollouts);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = cli.Connect(parsed);
            var now = cli.Environment.Time.GetUtcNow();
            var request = new FreezeRequest
            {
                Name = parsed.GetRequiredValue(name),
                Reason = parsed.GetRequiredValue(reason),
                End = parsed.GetValue(length) is { } lasts ? Whole(now + lasts) : null,
                Start = Whole(now),
                Rollouts = parsed.GetValue(rollouts) is { Length: > 0 } chosen ? chosen : null,
            };
            var made = await client.FreezeAsync(cli.Namespace(parsed), request, cancellation);
            cli.Printer(parsed).Print(made, ApiJson.Default.FreezeView, () => [new Text($"{made.Name} holds up {made.Means}: {made.Reason}.")]);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static CliCommand End(CommandContext cli)
    {
        var name = NameArgument();
        var command = new CliCommand("end", "End a freeze: those who wait for it go on. It takes the right to break the glass, or to delete freezewindows in a cluster.")
        {
            Examples = [("freeze end sale", "Everybody goes on")],
            ExitCodes = [(ExitCode.Done, "it is gone"), (ExitCode.Rejected, "rejected: it stands in a file")],
        };
        command.Add(name);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = cli.Connect(parsed);
            Print(cli, parsed, await client.EndFreezeAsync(cli.Namespace(parsed), parsed.GetRequiredValue(name), cancellation));
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> NameArgument()
    {
        var name = new Argument<string>("NAME") { HelpName = "NAME", Description = "The freeze's name" };
        name.Validators.Add(Misuse.RefuseOptions);
        return name;
    }

    /// <summary>Nobody plans a freeze to the millisecond.</summary>
    private static DateTimeOffset Whole(DateTimeOffset moment) => moment.AddTicks(-(moment.Ticks % TimeSpan.TicksPerSecond));

    private static TimeSpan? Duration(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (DurationText.TryParse(text, out var duration) && duration > TimeSpan.Zero)
        {
            return duration;
        }

        result.AddError($"--for '{text}' is no duration: write a whole number with its unit, like 30m or 48h.{(DurationText.Guess(text) is { } guess ? $" Did you mean {guess}?" : "")}");
        return null;
    }

    private static void Print(CommandContext cli, ParseResult parsed, FreezeList list) => cli.Printer(parsed).Print(list, ApiJson.Default.FreezeList, () =>
    {
        if (list.Items.Count == 0)
        {
            return [new Text("There are no freezes.")];
        }

        var zone = cli.Environment.Time.LocalTimeZone;
        var table = Columns.Of("NAMESPACE", "NAME", "NOW", "UNTIL", "MEANS", "REASON");
        foreach (var freeze in list.Items)
        {
            table.AddRow(
                Markup.Escape(freeze.Namespace ?? "(all)"),
                Markup.Escape(freeze.Name),
                freeze.Lasts ? "[yellow]closed[/]" : "open",
                freeze.ChangesAt is { } change ? Humanize.Date(change, zone) : "-",
                Markup.Escape(freeze.Means),
                Markup.Escape(freeze.Reason));
        }

        return [Columns.Whole(table)];
    });
}
