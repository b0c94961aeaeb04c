using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using CanaryController.Cli.Commands;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Rendering;

namespace CanaryController.Cli;

/// <summary>Puts the commands together, runs one, and turns every end into an exit code.</summary>
internal static class CommandLine
{
    private const int HelpWidth = 110;

    /// <summary>Runs one command line.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliEnvironment environment, CancellationToken cancellation = default)
    {
        var parsed = Build(environment).Parse(arguments is ["help", ..] ? [.. arguments.Skip(1), "--help"] : arguments);
        var configuration = new InvocationConfiguration
        {
            Output = environment.Output,
            Error = environment.Error,
            EnableDefaultExceptionHandler = false,

            // Signals are heard by the process, which lets a wait write its reports.
            ProcessTerminationTimeout = null,
        };
        try
        {
            if (parsed.Action is ParseErrorAction)
            {
                return (int)Misuse.Explain(parsed, environment);
            }

            return await parsed.InvokeAsync(configuration, cancellation);
        }
        catch (CliException wrong)
        {
            await environment.Error.WriteLineAsync(Humanize.WithoutCommands(wrong.Message));
            return (int)wrong.Code;
        }
        catch (OperationCanceledException)
        {
            return (int)ExitCode.Interrupted;
        }
        catch (IOException closed) when (IsClosedPipe(closed))
        {
            // The reader, 'head' for example, had enough.
            return (int)ExitCode.Done;
        }
    }

    /// <summary>The whole tree of commands.</summary>
    public static RootCommand Build(CliEnvironment environment)
    {
        var cli = new CommandContext(environment);
        var root = new RootCommand("Rolls a new version of a service out step by step, and watches over it.") { HelpName = environment.ProgramName };
        cli.Options.AddTo(root);
        foreach (var command in (Command[])
        [
            StartCommand.Create(cli),
            GetCommand.Create(cli),
            WatchCommand.Create(cli),
            WaitCommand.Create(cli),
            HistoryCommand.Create(cli),
            .. ActionCommands.Create(cli),
            UndoCommand.Create(cli),
            FreezeCommands.Create(cli),
            RestartCommand.Create(cli),
            .. ReleaseCommands.Create(cli),
            LintCommand.Create(cli),
            CompletionCommand.Create(cli),
            CompleteCommand.Create(cli, root),
            VersionCommand.Create(cli),
        ])
        {
            root.Add(command);
        }

        foreach (var option in root.Options)
        {
            switch (option)
            {
                case HelpOption help:
                    help.Description = "Show help";
                    help.Action = new HelpPage(new HelpAction { MaxWidth = HelpWidth }, environment.ProgramName);
                    break;
                case VersionOption version:
                    version.Description = "Show the version";
                    version.Action = new VersionText();
                    break;
            }
        }

        return root;
    }

    private static bool IsClosedPipe(IOException failure) => failure.Message.Contains("Broken pipe", StringComparison.OrdinalIgnoreCase);

    private sealed class VersionText : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(ProductVersion.Text);
            return (int)ExitCode.Done;
        }
    }
}
