using System.CommandLine;
using System.Runtime.InteropServices;
using CanaryController.Cli.Hosting;

namespace CanaryController.Cli.Commands;

/// <summary><c>version</c>: what runs here.</summary>
internal static class VersionCommand
{
    public static Command Create(CommandContext cli)
    {
        var command = new CliCommand("version", "Show the program's version, what it was built from and what it runs on.")
        {
            Examples = [("version", "All of it"), ("--version", "The number alone")],
        };
        command.SetAction(_ =>
        {
            var commit = ProductVersion.Commit is { } built ? $" ({built[..Math.Min(12, built.Length)]})" : "";
            cli.Environment.Output.WriteLine($"{cli.Environment.ProgramName} {ProductVersion.Text}{commit}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
            return (int)ExitCode.Done;
        });
        return command;
    }
}
