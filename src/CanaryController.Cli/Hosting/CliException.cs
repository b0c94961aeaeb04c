namespace CanaryController.Cli.Hosting;

/// <summary>Ends a command: what is wrong, where, and what to do, in one or two sentences for stderr.</summary>
internal sealed class CliException(ExitCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What the process exits with.</summary>
    public ExitCode Code { get; } = code;
}
