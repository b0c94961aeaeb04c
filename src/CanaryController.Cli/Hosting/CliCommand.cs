using System.CommandLine;

namespace CanaryController.Cli.Hosting;

/// <summary>A command that documents itself: examples and exit codes stand in its help.</summary>
internal sealed class CliCommand(string name, string description) : Command(name, description)
{
    /// <summary>Command lines without the program's name, each with what it does.</summary>
    public IReadOnlyList<(string Line, string Does)> Examples { get; init; } = [];

    /// <summary>It waits, and writes JUnit reports and annotations.</summary>
    public bool WritesReports { get; init; }

    /// <summary>What this command exits with beside the codes that all share.</summary>
    public IReadOnlyList<(ExitCode Code, string Means)> ExitCodes { get; init; } = [];
}
