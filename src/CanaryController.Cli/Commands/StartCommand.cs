using System.CommandLine;
using CanaryController.Cli.Hosting;
using CanaryController.Core.Rollouts;

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
        var command = new CliCommand("start", "Roll out a new revision. One that is under way is superseded: traffic returns to stable first.")
        {
            Examples =
            [
                ("start shop --revision v2", "Roll out v2"),
                ("start shop --revision v3 --expect v2", "Roll out v3, unless somebody started another one since v2"),
                ("start shop --revision v2 && {program} watch shop --revision v2", "Start, then watch until it is promoted or rolled back"),
            ],
            ExitCodes = [(ExitCode.Done, "started, or it is so already"), (ExitCode.Rejected, "rejected: --expect names another revision, or it cannot start now"), CommandSender.Unanswered],
        };
        command.Add(rollout);
        command.Add(revision);
        command.Add(expect);
        command.Add(reason);
        command.SetAction((parsed, cancellation) => CommandSender.SendAsync(
            cli,
            parsed,
            parsed.GetRequiredValue(rollout),
            new() { Action = RolloutAction.Start, Revision = parsed.GetRequiredValue(revision), ExpectedTarget = parsed.GetValue(expect), Reason = parsed.GetValue(reason) },
            cancellation));
        return command;
    }
}
