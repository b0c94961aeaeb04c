using System.CommandLine;
using CanaryController.Cli.Gates;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Rendering;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;

namespace CanaryController.Cli.Commands;

/// <summary><c>start</c>: roll out a new revision.</summary>
internal static class StartCommand
{
    public static Command Create(CommandContext cli)
    {
        var rollout = cli.RolloutArgument();
        var revision = new Option<string>("--revision") { HelpName = "ID", Description = "The new revision", Required = true };
        var expect = new Option<string?>("--expect") { HelpName = "REV", Description = "Only if this is the revision asked for last: nobody came first" };
        var reason = CommandSender.ReasonOption();
        var wait = new Option<bool>("--wait") { Description = "Wait until it is promoted, as 'wait --for promoted' does" };
        var options = new GateOptions();
        var command = new CliCommand("start", "Roll out a new revision. One that is under way is superseded: traffic returns to stable first.")
        {
            Examples =
            [
                ("start shop --revision v2", "Roll out v2"),
                ("start shop --revision v3 --expect v2", "Roll out v3, unless somebody started another one since v2"),
                ("start shop --revision v2 --wait --timeout 1h", "Start, then wait until it is promoted or rolled back"),
                ("start shop --revision v2 && {program} watch shop --revision v2", "Start, then watch it"),
            ],
            ExitCodes =
            [
                (ExitCode.Done, "started, or it is so already; with --wait: promoted"),
                (ExitCode.Rejected, "rejected: --expect names another revision, or it cannot start now; with --wait: rolled back"),
                (ExitCode.TimedOut, "in the cluster no controller answered within 30 s, and the command stays there; with --wait: --timeout passed"),
                (ExitCode.Superseded, "with --wait: a newer revision took its place"),
            ],
            WritesReports = true,
        };
        command.Add(rollout);
        command.Add(revision);
        command.Add(expect);
        command.Add(reason);
        command.Add(wait);
        options.AddTo(command);
        command.Validators.Add(result =>
        {
            if (!result.GetValue(wait) && options.Given(result).FirstOrDefault() is { } needless)
            {
                result.AddError($"{needless} goes with --wait.");
            }
        });
        command.SetAction((parsed, cancellation) =>
        {
            var request = new CommandRequest
            {
                Action = RolloutAction.Start,
                Revision = parsed.GetRequiredValue(revision),
                ExpectedTarget = parsed.GetValue(expect),
                Reason = parsed.GetValue(reason),
            };
            if (parsed.GetValue(wait))
            {
                return WaitAsync(cli, parsed, parsed.GetRequiredValue(rollout), request, options, cancellation);
            }

            return parsed.GetValue(cli.Options.Output) is OutputFormat.JUnit or OutputFormat.GitHub
                ? throw new CliException(ExitCode.Usage, "--output junit and github tell how a wait ended: they go with --wait.")
                : CommandSender.SendAsync(cli, parsed, parsed.GetRequiredValue(rollout), request, cancellation);
        });
        return command;
    }

    private static async Task<int> WaitAsync(CommandContext cli, ParseResult parsed, string name, CommandRequest request, GateOptions options, CancellationToken cancellation)
    {
        var files = options.Files(parsed);
        using var client = cli.Connect(parsed);
        var key = cli.Key(parsed, name);
        var answer = await CommandSender.AskAsync(cli, client, key, request, cancellation);
        await cli.Environment.Error.WriteLineAsync(Humanize.LogLine(answer.Message));

        // It was asked for: if it is nowhere when the wait begins, a newer one has taken its place already.
        var question = new GateQuestion(GateGoal.Promoted, request.Revision) { Known = true };
        return (int)await new GateWait(cli, parsed, files).RunAsync(client, key, question, parsed.GetValue(options.Timeout), cancellation);
    }
}
