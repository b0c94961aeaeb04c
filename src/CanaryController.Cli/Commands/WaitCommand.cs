using System.CommandLine;
using CanaryController.Cli.Gates;
using CanaryController.Cli.Hosting;
using CanaryController.Resources.Gates;

namespace CanaryController.Cli.Commands;

/// <summary><c>wait</c>: block until a revision is somewhere; a gate for pipelines.</summary>
internal static class WaitCommand
{
    /// <summary>How a wait can end, for the help of every command that waits.</summary>
    public static readonly (ExitCode Code, string Means)[] Ends =
    [
        (ExitCode.Done, "reached"),
        (ExitCode.Rejected, "it ended otherwise: rolled back, or promoted where something else was awaited"),
        (ExitCode.TimedOut, "--timeout passed"),
        (ExitCode.Superseded, "a newer revision took its place"),
    ];

    private const int MaxShownChars = 40;

    public static Command Create(CommandContext cli)
    {
        var rollout = cli.RolloutArgument();
        var goal = new Option<string>("--for") { HelpName = string.Join('|', GateGoals.Names), Description = "What to wait for", Required = true };
        goal.CompletionSources.Add([.. GateGoals.Names]);
        goal.Validators.Add(result =>
        {
            if (result.Tokens is [var given] && GateGoals.Find(given.Value) is null)
            {
                result.AddError($"--for '{given.Value}' is not one of {string.Join(", ", GateGoals.Names)}.");
            }
        });
        var revision = RevisionOption("The revision to wait for, or its image as the Deployment names it; default: the one asked for last");
        var options = new GateOptions();
        var command = new CliCommand("wait", "Wait until a revision is promoted, paused, waits for an approval, is rolled back, or ended. Progress goes to standard error.")
        {
            Examples =
            [
                ("wait shop --for promoted --revision v2 --timeout 1h", "A pipeline's gate"),
                ("wait shop --for promoted --revision registry.example/shop:2.0 --timeout 1h --junit rollout.xml", "On Kubernetes by the image that was deployed, with a report"),
                ("wait shop --for promoted --revision v2 --timeout 1h --output github", "With annotations and a summary in GitHub Actions"),
                ("wait shop --for approval --revision v2 && ./smoke-test && {program} approve shop --revision v2", "Test when it is time to, then approve"),
            ],
            ExitCodes = Ends,
            WritesReports = true,
        };
        command.Add(rollout);
        command.Add(goal);
        command.Add(revision);
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var files = options.Files(parsed);
            using var client = cli.Connect(parsed);
            var key = cli.Key(parsed, parsed.GetRequiredValue(rollout));
            var question = new GateQuestion(GateGoals.Find(parsed.GetRequiredValue(goal))!.Value, parsed.GetValue(revision));
            return (int)await new GateWait(cli, parsed, files).RunAsync(client, key, question, parsed.GetValue(options.Timeout), cancellation);
        });
        return command;
    }

    private static Option<string?> RevisionOption(string description)
    {
        var revision = new Option<string?>("--revision") { HelpName = "REV", Description = description };
        revision.Validators.Add(result =>
        {
            if (result.Tokens is [var given] && !GateQuestion.IsRevision(given.Value))
            {
                var shown = given.Value.Length > MaxShownChars ? given.Value[..MaxShownChars] + "…" : given.Value;
                result.AddError($"--revision '{shown}' is neither a revision's name nor an image. An empty one is often a variable that is not set.");
            }
        });
        return revision;
    }
}
