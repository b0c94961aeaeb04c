using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace CanaryController.Benchmarks;

/// <summary>Prints figures as a table and writes them as JSON.</summary>
internal static class Report
{
    public static void Print(IReadOnlyList<Figure> figures)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("bench", "figure", "value", "budget", "kept");
        foreach (var figure in figures)
        {
            table.AddRow(
                new Text(figure.Bench),
                new Text(figure.Name),
                new Text($"{Number(figure.Value)} {figure.Unit}").RightJustified(),
                new Text(Budget(figure)),
                new Text(figure.Kept switch { true => "yes", false => "NO", null => "" }));
        }

        AnsiConsole.Write(table);
    }

    public static async Task WriteAsync(IReadOnlyList<Figure> figures, string path, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(figures, FigureJson.Default.IReadOnlyListFigure) + "\n", cancellation);
        AnsiConsole.WriteLine($"Written to {path}");
    }

    private static string Budget(Figure figure) => (figure.AtMost, figure.AtLeast) switch
    {
        (null, null) => "",
        ({ } most, null) => $"<= {Number(most)} {figure.Unit}",
        (null, { } least) => $">= {Number(least)} {figure.Unit}",
        ({ } most, { } least) => $"{Number(least)} .. {Number(most)} {figure.Unit}",
    };

    private static string Number(double value) => value switch
    {
        >= 1000 => value.ToString("N0"),
        >= 10 => value.ToString("0.0"),
        _ => value.ToString("0.00"),
    };
}

/// <summary>The form of the results file.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(IReadOnlyList<Figure>))]
internal sealed partial class FigureJson : JsonSerializerContext;
