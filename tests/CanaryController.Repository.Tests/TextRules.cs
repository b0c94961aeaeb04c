using System.Text.RegularExpressions;

namespace CanaryController.Repository.Tests;

/// <summary>Rules on the text of the repository's own files.</summary>
internal static partial class TextRules
{
    private const int MaxLines = 300;

    /// <summary>A C# file has 300 lines at most.</summary>
    public static IEnumerable<string> FileSizes(Tree tree) =>
        from file in tree.Files
        where file.Key.EndsWith(".cs", StringComparison.Ordinal)
        let lines = file.Value.Split('\n').Length - 1
        where lines > MaxLines
        select $"{file.Key}: {lines} lines; {MaxLines} at most: one concept a file";

    /// <summary>A link in a Markdown file leads to a file of the repository.</summary>
    public static IEnumerable<string> Links(Tree tree)
    {
        foreach (var (path, text) in tree.Files.Where(file => file.Key.EndsWith(".md", StringComparison.Ordinal)))
        {
            foreach (var link in Link().Matches(text).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith('#') && !link.StartsWith("mailto:", StringComparison.Ordinal)))
            {
                var target = Normalize(Path.Combine(Path.GetDirectoryName(path) ?? "", link.Split('#')[0]));
                if (!tree.Files.ContainsKey(target) && !tree.Files.Keys.Any(name => name.StartsWith(target.TrimEnd('/') + "/", StringComparison.Ordinal)))
                {
                    yield return $"{path}: the link {link} leads nowhere";
                }
            }
        }
    }

    /// <summary>A test that a document names exists.</summary>
    public static IEnumerable<string> NamedTests(Tree tree)
    {
        var code = string.Join('\n', tree.Files.Where(file => file.Key.StartsWith("tests/", StringComparison.Ordinal) && file.Key.EndsWith(".cs", StringComparison.Ordinal)).Select(file => file.Value));
        return from file in tree.Files
               where file.Key.EndsWith(".md", StringComparison.Ordinal)
               from match in TestName().Matches(file.Value)
               let name = match.Groups["name"].Value
               where !code.Contains($" {name}(", StringComparison.Ordinal)
                   || (match.Groups["class"] is { Success: true } type && !code.Contains($"class {type.Value}", StringComparison.Ordinal))
               select $"{file.Key}: names the test {name}, which does not exist";
    }

    /// <summary>Work left undone is an issue, not a comment.</summary>
    public static IEnumerable<string> Leftovers(Tree tree) =>
        from file in tree.Files
        where file.Key.EndsWith(".cs", StringComparison.Ordinal) && !file.Key.StartsWith("tests/CanaryController.Repository.Tests/", StringComparison.Ordinal)
        from line in file.Value.Split('\n').Select((text, index) => (text, number: index + 1))
        where Leftover().IsMatch(line.text)
        select $"{file.Key}:{line.number}: {line.text.Trim()}";

    /// <summary>No region folds code away.</summary>
    public static IEnumerable<string> Regions(Tree tree) =>
        from file in tree.Files
        where file.Key.EndsWith(".cs", StringComparison.Ordinal) && !file.Key.StartsWith("tests/CanaryController.Repository.Tests/", StringComparison.Ordinal)
        where file.Value.Contains("#region", StringComparison.Ordinal)
        select $"{file.Key}: #region; split the file instead";

    /// <summary>Each project restores from a lock file, and no file names a package source other than the default.</summary>
    public static IEnumerable<string> LockFiles(Tree tree) =>
        from file in tree.Files.Keys
        where file.EndsWith(".csproj", StringComparison.Ordinal)
        let locked = Normalize(Path.Combine(Path.GetDirectoryName(file) ?? "", "packages.lock.json"))
        where !tree.Files.ContainsKey(locked)
        select $"{file}: {locked} is missing; restore and commit it";

    /// <summary>A project is in the solution, so that it is built and tested.</summary>
    public static IEnumerable<string> Solution(Tree tree) =>
        from file in tree.Files.Keys
        where file.EndsWith(".csproj", StringComparison.Ordinal)
        where !tree.Files.GetValueOrDefault("CanaryController.sln", "").Replace('\\', '/').Contains(file, StringComparison.Ordinal)
        select $"{file}: not in CanaryController.sln";

    /// <summary>A numbered decision record says its status, context, decision and consequences.</summary>
    public static IEnumerable<string> DecisionRecords(Tree tree) =>
        from file in tree.Files
        where file.Key.StartsWith("docs/adr/", StringComparison.Ordinal) && file.Key.EndsWith(".md", StringComparison.Ordinal) && !file.Key.EndsWith("README.md", StringComparison.Ordinal)
        from part in new[] { "Status", "Context", "Decision", "Consequences" }
        where !file.Value.Contains($"## {part}", StringComparison.Ordinal)
        select $"{file.Key}: has no section {part}";

    private static string Normalize(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Replace('\\', '/').Split('/').Where(part => part is not ("" or ".")))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)", RegexOptions.None, 1000)]
    private static partial Regex Link();

    // A fact with underscores, with or without its class, or an invariant of the walk.
    [GeneratedRegex("`((?<class>[A-Z][A-Za-z]*(Tests|Invariants))\\.)?(?![A-Z0-9_]+`)(?<name>[A-Z][A-Za-z0-9]*_[A-Za-z0-9_]+)`|`(?<class>[A-Z][A-Za-z]*Invariants)\\.(?<name>[A-Za-z]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TestName();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException", RegexOptions.None, 1000)]
    private static partial Regex Leftover();
}
