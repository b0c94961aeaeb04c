using System.CommandLine;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Linting;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rules;
using Spectre.Console;

namespace CanaryController.Cli.Commands;

/// <summary><c>lint</c>: check Rollout files without a controller.</summary>
internal static class LintCommand
{
    public static Command Create(CommandContext cli)
    {
        var files = new Argument<string[]>("FILE") { Arity = ArgumentArity.OneOrMore, Description = "Files, folders with all below them, or - for standard input" };
        files.Validators.Add(Misuse.RefuseOptions);
        var command = new CliCommand("lint", "Check Rollout files by the controller's own rules; every error at once. It needs no controller.")
        {
            Examples =
            [
                ("lint rollouts/", "All files of a folder"),
                ("lint shop.yaml cart.yaml", "Two files, and whether they are in each other's way"),
                ("lint -o json - < shop.yaml", "For machines"),
            ],
            ExitCodes = [(ExitCode.Done, "no errors; there may be warnings"), (ExitCode.Rejected, "there are errors")],
        };
        command.Add(files);
        command.SetAction(parsed =>
        {
            var report = LintReport.Of(LintSource.Read(parsed.GetRequiredValue(files), cli.Environment.Input), RolloutRules.ByRouter);
            var outcome = new ApiProblem
            {
                Title = report.HasErrors ? "There are errors" : "No errors",
                Status = report.HasErrors ? 422 : 200,
                Detail = Markup.Remove(report.Lines().Last()),
                Errors = report.Problems,
            };
            cli.Printer(parsed).Print(outcome, ApiJson.Default.ApiProblem, () => [new Rows(report.Lines().Select(line => new Markup(line)))]);
            return (int)(report.HasErrors ? ExitCode.Rejected : ExitCode.Done);
        });
        return command;
    }
}
