using System.Xml.Linq;

namespace CanaryController.Repository.Tests;

/// <summary>Which project may reference which, and which packages: the table in docs/architecture.md.</summary>
internal static class DependencyRule
{
    private static readonly Dictionary<string, string[]> _allowed = new(StringComparer.Ordinal)
    {
        ["CanaryController.Core"] = [],
        ["CanaryController.Resources"] = ["CanaryController.Core"],
        ["CanaryController.Manager"] = ["CanaryController.Resources"],
        ["CanaryController.Cli"] = ["CanaryController.Resources"],
        ["CanaryController.Gateway"] = [],
    };

    private static readonly string[] _impure =
        ["System.Threading.Tasks", "System.IO;", "System.Net", "Microsoft.Extensions", "async ", "Task<", "TimeProvider", "new Random", "ILogger"];

    public static IEnumerable<string> Check(Tree tree)
    {
        foreach (var (path, text) in tree.Files.Where(file => file.Key.StartsWith("src/", StringComparison.Ordinal) && file.Key.EndsWith(".csproj", StringComparison.Ordinal)))
        {
            var project = Path.GetFileNameWithoutExtension(path);
            if (!_allowed.TryGetValue(project, out var allowed))
            {
                yield return $"{path}: a project under src that docs/architecture.md does not list";
                continue;
            }

            var xml = XDocument.Parse(text);
            foreach (var reference in Includes(xml, "ProjectReference").Select(name => Path.GetFileNameWithoutExtension(name.Replace('\\', '/'))).Where(name => !allowed.Contains(name, StringComparer.Ordinal)))
            {
                yield return $"{path}: references {reference}; allowed: {(allowed.Length == 0 ? "none of ours" : string.Join(", ", allowed))}";
            }

            if (project == "CanaryController.Core" && Includes(xml, "PackageReference").FirstOrDefault() is { } package)
            {
                yield return $"{path}: Core uses the package {package}; it stands on the base class library only";
            }
        }

        foreach (var (path, text) in tree.Files.Where(file => file.Key.StartsWith("src/CanaryController.Core/", StringComparison.Ordinal) && file.Key.EndsWith(".cs", StringComparison.Ordinal)))
        {
            foreach (var word in _impure.Where(word => Code(text).Contains(word, StringComparison.Ordinal)))
            {
                yield return $"{path}: '{word.Trim()}' in Core, which decides and does nothing else";
            }
        }
    }

    private static IEnumerable<string> Includes(XDocument project, string item) =>
        project.Descendants(item).Select(element => (string?)element.Attribute("Include") ?? "");

    private static string Code(string text) =>
        string.Join('\n', text.Split('\n').Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));
}
