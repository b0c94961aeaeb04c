using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace CanaryController.Cli.Hosting;

/// <summary><c>--help</c>: the library's page, then examples and exit codes.</summary>
internal sealed class HelpPage(HelpAction page, string programName) : SynchronousCommandLineAction
{
    private static readonly (ExitCode Code, string Means)[] _shared =
    [
        (ExitCode.Usage, "the command line or a setting makes no sense"),
        (ExitCode.NotFound, "no such rollout"),
        (ExitCode.Unreachable, "the controller, or the cluster, does not answer"),
        (ExitCode.Forbidden, "no valid token or credentials, or a role that does not allow this"),
    ];

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        page.Invoke(parseResult);
        if (parseResult.CommandResult.Command is not CliCommand command)
        {
            return (int)ExitCode.Done;
        }

        if (command.Examples.Count > 0)
        {
            output.WriteLine("Examples:");
            foreach (var (line, does) in command.Examples)
            {
                output.WriteLine($"  # {does}");
                output.WriteLine($"  {programName} {line.Replace("{program}", programName, StringComparison.Ordinal)}");
            }

            output.WriteLine();
        }

        if (command.ExitCodes.Count > 0)
        {
            output.WriteLine("Exit codes:");
            foreach (var (code, means) in command.ExitCodes.Concat(_shared).DistinctBy(row => row.Code).OrderBy(row => row.Code))
            {
                output.WriteLine($"  {(int)code}  {means}");
            }

            output.WriteLine();
        }

        return (int)ExitCode.Done;
    }
}
