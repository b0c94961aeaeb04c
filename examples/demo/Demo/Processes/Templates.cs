using System.Text.RegularExpressions;

namespace CanaryController.Examples.Demo.Processes;

/// <summary>The files of examples/demo/config, with <c>{{name}}</c> filled in.</summary>
internal static partial class Templates
{
    /// <summary>Reads one and fills it in.</summary>
    public static string Fill(string file, IReadOnlyDictionary<string, string> values)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "config", file));
        return Name().Replace(text, match => values.TryGetValue(match.Groups["name"].Value, out var value)
            ? value
            : throw new DemoException($"{file} asks for {match.Value}, which the demo does not know"));
    }

    [GeneratedRegex(@"\{\{(?<name>\w+)\}\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
