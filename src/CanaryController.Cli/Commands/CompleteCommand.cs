using System.CommandLine;
using System.CommandLine.Completions;
using CanaryController.Cli.Hosting;

namespace CanaryController.Cli.Commands;

/// <summary>What the completion scripts call: the line so far in, one candidate a line out, its description after a tab.</summary>
internal static class CompleteCommand
{
    /// <summary>The hidden command's name.</summary>
    public const string Name = "__complete";

    public static Command Create(CommandContext cli, RootCommand root)
    {
        var line = new Argument<string>("LINE") { Description = "The command line up to the cursor, without the program's name" };
        var command = new Command(Name, "Complete a command line; for the scripts of 'completion'") { line };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            var text = parsed.GetRequiredValue(line).TrimStart();
            // Options only where one is begun: otherwise they would hide names, and files, which the shell completes when nothing is offered.
            var wantsOptions = text[(text.LastIndexOf(' ') + 1)..].StartsWith('-');
            foreach (var item in root.Parse(text).GetCompletions(text.Length).Where(item => IsForPeople(item) && (wantsOptions || !item.Label.StartsWith('-'))))
            {
                var detail = item.Detail?.ReplaceLineEndings(" ");
                cli.Environment.Output.WriteLine(string.IsNullOrEmpty(detail) ? item.Label : $"{item.Label}\t{detail}");
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    /// <summary>Windows-style spellings of help would only be noise.</summary>
    private static bool IsForPeople(CompletionItem item) => item.Label is not ("-?" or "/?" or "/h");
}
