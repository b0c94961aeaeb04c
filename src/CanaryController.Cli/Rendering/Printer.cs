using System.Text.Json.Serialization.Metadata;
using CanaryController.Cli.Hosting;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CanaryController.Cli.Rendering;

/// <summary>Writes a command's result in the form that was asked for.</summary>
internal sealed class Printer(CliEnvironment environment, OutputFormat format, bool noColor)
{
    /// <summary>The form.</summary>
    public OutputFormat Format { get; } = format;

    /// <summary>A console for live display.</summary>
    public IAnsiConsole Console() => TerminalConsole.Create(environment, noColor);

    /// <summary>The document as JSON or YAML, or what <paramref name="table"/> draws.</summary>
    public void Print<T>(T document, JsonTypeInfo<T> type, Func<IEnumerable<IRenderable>> table)
    {
        switch (Format)
        {
            case OutputFormat.Json:
                environment.Output.WriteLine(Document.Json(document, type));
                break;
            case OutputFormat.Yaml:
                environment.Output.Write(Document.Yaml(document, type));
                break;
            case OutputFormat.Table or OutputFormat.JUnit or OutputFormat.GitHub:
                Draw(table());
                break;
        }
    }

    /// <summary>Draws one after the other, a blank line between.</summary>
    public void Draw(IEnumerable<IRenderable> parts)
    {
        var text = new StringWriter { NewLine = "\n" };
        var console = TerminalConsole.Create(environment with { Output = text }, noColor);
        foreach (var (index, part) in parts.Index())
        {
            if (index > 0)
            {
                text.WriteLine();
            }

            console.Write(part);
        }

        // Cells are filled up to their column's width; a log or a diff should not see that.
        var lines = text.ToString().TrimEnd('\n').Split('\n').Select(line => line.TrimEnd());
        environment.Output.WriteLine(string.Join('\n', lines));
    }
}
