using System.CommandLine;
using CanaryController.Cli.Hosting;
using CanaryController.Core.Rollouts;

namespace CanaryController.Cli.Commands;

/// <summary><c>undo</c>: go back to a revision that was once stable.</summary>
internal static class UndoCommand
{
    public static Command Create(CommandContext cli)
    {
        var rollout = cli.RolloutArgument();
        var to = new Option<string?>("--to") { HelpName = "REV", Description = "The revision to go back to; default: the one that was stable before" };
        var reason = CommandSender.ReasonOption();
        var command = new CliCommand("undo", "Go back to a revision that was once stable. A revision that was rolled back is never taken.")
        {
            Examples = [("undo shop", "Back to what was stable before"), ("undo shop --to v1 --reason 'v2 corrupts carts'", "Back to v1, and say why")],
            ExitCodes = [(ExitCode.Done, "the way back began, or it is so already"), (ExitCode.Rejected, "rejected: that revision was never stable, or was rolled back"), CommandSender.Unanswered],
        };
        command.Add(rollout);
        command.Add(to);
        command.Add(reason);
        command.SetAction((parsed, cancellation) => CommandSender.SendAsync(
            cli,
            parsed,
            parsed.GetRequiredValue(rollout),
            new() { Action = RolloutAction.Undo, Revision = parsed.GetValue(to), Reason = parsed.GetValue(reason) },
            cancellation));
        return command;
    }
}
