using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace CanaryController.Cli.Tests;

/// <summary>The shell scripts in <c>examples/ci</c>, as the systems that run them find them.</summary>
internal static partial class CiScripts
{
    /// <summary>Where each system keeps scripts: a text, or a list of texts that run one after the other.</summary>
    private static readonly string[] _keys = ["run", "script", "before_script", "after_script"];

    /// <summary>The names of all pipelines.</summary>
    public static IEnumerable<string> Files =>
        new DirectoryInfo(Folder()).EnumerateFiles().Select(file => file.Name).Where(name => name is not "README.md").Order(StringComparer.Ordinal);

    /// <summary>The scripts of one.</summary>
    public static IReadOnlyList<string> Of(string file)
    {
        var text = File.ReadAllText(Path.Combine(Folder(), file));
        if (file == "Jenkinsfile")
        {
            return [.. GroovyShell().Matches(text).Select(match => match.Groups[1].Value)];
        }

        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return [.. yaml.Documents.SelectMany(document => Scripts(document.RootNode))];
    }

    private static IEnumerable<string> Scripts(YamlNode node) => node switch
    {
        YamlMappingNode map => map.Children.SelectMany(child => child.Key is YamlScalarNode { Value: { } key } && _keys.Contains(key) ? [Text(child.Value)] : Scripts(child.Value)),
        YamlSequenceNode list => list.Children.SelectMany(Scripts),
        _ => [],
    };

    private static string Text(YamlNode node) => node switch
    {
        YamlScalarNode text => text.Value ?? "",
        YamlSequenceNode list => string.Join('\n', list.Children.Select(Text)),
        _ => throw new InvalidOperationException("A script is a text or a list of texts."),
    };

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CanaryController.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("No solution above the test."), "examples", "ci");
    }

    [GeneratedRegex(@"\bsh '([^'\n]*)'", RegexOptions.None, 1000)]
    private static partial Regex GroovyShell();
}
