using System.CommandLine;
using CanaryController.Cli.Commands;
using CanaryController.Cli.Hosting;

namespace CanaryController.Cli.Gates;

/// <summary>The options of a command that waits for a revision: how long, and what it writes for the pipeline.</summary>
internal sealed class GateOptions
{
    /// <summary>When to give up.</summary>
    public Option<TimeSpan?> Timeout { get; } = TimeoutOption.Create();

    /// <summary>Where the JUnit report goes.</summary>
    public Option<string?> JUnit { get; } = ReportFile("--junit", "Write a JUnit report there, however it ends: a test case a step and a metric");

    /// <summary>Where the JSON report goes.</summary>
    public Option<string?> Json { get; } = ReportFile("--json", "Write the gate's last answer there as JSON, however it ends");

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        command.Add(Timeout);
        command.Add(JUnit);
        command.Add(Json);
    }

    /// <summary>The names of those that were given, for who must not have them.</summary>
    public IEnumerable<string> Given(System.CommandLine.Parsing.CommandResult result) =>
        ((Option[])[Timeout, JUnit, Json]).Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name);

    /// <summary>The files, checked before anything is asked for.</summary>
    /// <exception cref="CliException">A file cannot be written there.</exception>
    public GateFiles Files(ParseResult parsed) => new(Checked(parsed.GetValue(JUnit), JUnit.Name), Checked(parsed.GetValue(Json), Json.Name));

    private static Option<string?> ReportFile(string name, string description) => new(name) { HelpName = "FILE", Description = description };

    /// <summary>An empty file stands there from now on: a pipeline that collects it learns that the program began, and a place that cannot be written is told before an hour has passed.</summary>
    private static string? Checked(string? file, string option)
    {
        try
        {
            if (file is not null)
            {
                File.WriteAllText(file, "");
            }

            return file;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CliException(ExitCode.Usage, $"{option} {file} cannot be written: {unwritable.Message}", unwritable);
        }
    }
}

/// <summary>Where reports go; null = nowhere.</summary>
/// <param name="JUnit">The JUnit report.</param>
/// <param name="Json">The JSON report.</param>
internal readonly record struct GateFiles(string? JUnit, string? Json);
