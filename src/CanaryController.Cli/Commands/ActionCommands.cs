using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using CanaryController.Cli.Hosting;
using CanaryController.Core.Rollouts;

namespace CanaryController.Cli.Commands;

/// <summary>The commands on what is under way: each compares with what the sender saw, so that it never hits another revision or step.</summary>
internal static class ActionCommands
{
    private static readonly (RolloutAction Action, string Description, string Example, string Does)[] _all =
    [
        (RolloutAction.Promote, "Give the canary all traffic now, without the remaining steps, and make it stable.", "promote shop --revision v2", "Promote v2, and nothing else"),
        (RolloutAction.Abort, "Return all traffic to stable and reject the revision.", "abort shop --reason 'support reports errors'", "Roll back, and say why"),
        (RolloutAction.Pause, "Stay at the present weight. Failing metrics still roll back.", "pause shop", "Stay here"),
        (RolloutAction.Resume, "Go on after a pause.", "resume shop", "Go on"),
        (RolloutAction.Retry, "Try the revision that was rolled back again, from weight 0.", "retry shop --revision v2", "Try v2 again"),
        (RolloutAction.Skip, "Leave the present step now, whatever it still waits for. Failing metrics still roll back.", "skip shop --revision v2 --step 2", "Leave step 2 of v2, if it is still there"),
        (RolloutAction.Approve, "Agree that the rollout leaves the present step. By kubeconfig it counts where the controller runs with admission.", "approve shop --revision v2 --step 3", "Approve step 3 of v2"),
        (RolloutAction.Reject, "Refuse the approval: the revision is rolled back.", "reject shop --revision v2 --reason 'checkout looks broken'", "Reject v2, and say why"),
        (RolloutAction.BreakGlass, "Let the revision under way, or the one that waits to start, go on despite windows, freezes and the limit. It needs a reason and a right of its own; metrics, steps and approvals count as always.", "break-glass shop --revision v2 --reason 'the fix for the outage'", "Do not wait for the window, and say why"),
    ];

    public static IEnumerable<Command> Create(CommandContext cli) => _all.Select(row => Create(cli, row.Action, row.Description, row.Example, row.Does));

    private static CliCommand Create(CommandContext cli, RolloutAction action, string description, string example, string does)
    {
        var rollout = cli.RolloutArgument();
        var revision = new Option<string?>("--revision") { HelpName = "REV", Description = "Only if this revision is under way; on Kubernetes its image serves as well" };
        var step = new Option<int?>("--step") { HelpName = "N", Description = "Only if this is the present step, from 1", CustomParser = Step };
        var reason = CommandSender.ReasonOption();
        var command = new CliCommand(NameOf(action), description)
        {
            Examples = [(example, does)],
            ExitCodes = [(ExitCode.Done, "done, or it is so already"), (ExitCode.Rejected, "rejected: another revision or step is under way, or it makes no sense now"), CommandSender.Unanswered],
        };
        reason.Required = action is RolloutAction.BreakGlass;
        command.Add(rollout);
        command.Add(revision);
        if (action is not RolloutAction.BreakGlass)
        {
            command.Add(step);
        }

        command.Add(reason);
        command.SetAction((parsed, cancellation) => CommandSender.SendAsync(
            cli,
            parsed,
            parsed.GetRequiredValue(rollout),
            new() { Action = action, Revision = parsed.GetValue(revision), Step = parsed.GetValue(step), Reason = parsed.GetValue(reason) },
            cancellation));
        return command;
    }

    private static string NameOf(RolloutAction action) => action is RolloutAction.BreakGlass ? "break-glass" : action.ToString().ToLowerInvariant();

    private static int? Step(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var step) && step >= 1)
        {
            return step;
        }

        result.AddError($"--step '{text}' is no step's number: they count from 1, as 'get' shows them.");
        return null;
    }
}
