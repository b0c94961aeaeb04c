using System.Collections.Immutable;

namespace CanaryController.Repository.Tests;

/// <summary>Files by their path from the root, with forward slashes. Rules read it, so that a test can hand them a broken one.</summary>
internal sealed record Tree(ImmutableSortedDictionary<string, string> Files)
{
    private static readonly string[] _left = ["/artifacts/", "/.tools/", "/.git/", "/bin/", "/obj/"];

    /// <summary>The repository that this test was built from.</summary>
    public static Tree OfThisRepository()
    {
        var root = Root();
        var files = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Select(path => (Path: path, Name: Path.GetRelativePath(root, path).Replace('\\', '/')))
            .Where(file => !_left.Any(left => ("/" + file.Name).Contains(left, StringComparison.Ordinal)) && file.Name != ".git")
            .ToImmutableSortedDictionary(file => file.Name, file => File.ReadAllText(file.Path), StringComparer.Ordinal);
        return new Tree(files);
    }

    /// <summary>A made-up tree.</summary>
    public static Tree Of(params (string Path, string Text)[] files) =>
        new(files.ToImmutableSortedDictionary(file => file.Path, file => file.Text, StringComparer.Ordinal));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CanaryController.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No CanaryController.sln above {AppContext.BaseDirectory}.");
    }
}
