using System.Text;
using CanaryController.Cli.Hosting;
using Spectre.Console;

namespace CanaryController.Cli.Rendering;

/// <summary>Makes the console that a result is drawn on. Without a terminal: no escape codes, and lines as long as they are.</summary>
internal static class TerminalConsole
{
    private const int NoWrapColumns = 1 << 20;

    /// <summary>Draws on standard output.</summary>
    public static IAnsiConsole Create(CliEnvironment environment, bool noColor)
    {
        var terminal = environment.OutputIsTerminal;
        // https://no-color.org: any value that is not empty.
        var plain = !terminal || noColor || environment.Variable("NO_COLOR") is { Length: > 0 };
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Standard,
            Interactive = InteractionSupport.No,
            Out = new FixedOutput(environment.Output, terminal, terminal ? environment.Width : NoWrapColumns, environment.Height),
            // What the environment variables of a CI service suggest must not bring escape codes into a log file.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
    }

    private sealed class FixedOutput(TextWriter writer, bool isTerminal, int width, int height) : IAnsiConsoleOutput
    {
        public TextWriter Writer { get; } = writer;

        public bool IsTerminal { get; } = isTerminal;

        public int Width { get; } = width;

        public int Height { get; } = height;

        public void SetEncoding(Encoding encoding)
        {
        }
    }
}
