namespace CanaryController.Cli.Hosting;

/// <summary>All that the program takes from the process it runs in, so that a test can hand it something else.</summary>
internal sealed record CliEnvironment
{
    private const int DefaultWidth = 120;

    /// <summary>Standard input.</summary>
    public required TextReader Input { get; init; }

    /// <summary>Standard output: results only.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Standard error: what is wrong, and progress that is no result.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Reads an environment variable; null when it is not set.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether a person reads standard output on a terminal: colour and live display only then.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; init; } = DefaultWidth;

    /// <summary>Lines of the terminal.</summary>
    public int Height { get; init; } = 40;

    /// <summary>The program's name in usage texts; <c>kubectl canary</c> when it runs as kubectl's plugin.</summary>
    public string ProgramName { get; init; } = "canaryctl";

    /// <summary>How long <c>watch</c> and <c>wait</c> let pass between two reads when no event wakes them.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a command that was left in the cluster waits for the controller's answer.</summary>
    public TimeSpan AnswerPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>It runs as kubectl's plugin.</summary>
    public bool IsKubectlPlugin => ProgramName.StartsWith("kubectl ", StringComparison.Ordinal);

    /// <summary>The real one.</summary>
    public static CliEnvironment OfThisProcess()
    {
        var dumb = Environment.GetEnvironmentVariable("TERM") is "dumb";
        var terminal = !Console.IsOutputRedirected && !dumb;
        return new CliEnvironment
        {
            Input = Console.In,
            Output = Console.Out,
            Error = Console.Error,
            Variable = Environment.GetEnvironmentVariable,
            OutputIsTerminal = terminal,
            Width = terminal && Console.WindowWidth > 0 ? Console.WindowWidth : DefaultWidth,
            Height = terminal && Console.WindowHeight > 0 ? Console.WindowHeight : 40,
            ProgramName = NameOf(CalledBy() ?? Environment.ProcessPath),
        };
    }

    /// <summary>The path that the program was called by: of a link, the link's. Null where the system does not tell.</summary>
    private static string? CalledBy()
    {
        try
        {
            return OperatingSystem.IsLinux() && File.ReadAllText("/proc/self/cmdline").Split('\0') is [{ Length: > 0 } first, ..] ? first : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // The file that runs serves as well, unless it was called by a link.
            return null;
        }
    }

    /// <summary>The name to show for the file that runs.</summary>
    public static string NameOf(string? processPath) => Path.GetFileNameWithoutExtension(processPath) switch
    {
        // kubectl finds its plugins by this prefix and calls them by the rest.
        { } plugin when plugin.StartsWith("kubectl-", StringComparison.Ordinal) => "kubectl " + plugin["kubectl-".Length..].Replace('_', '-'),
        null or "" or "dotnet" => "canaryctl",
        { } name => name,
    };
}
