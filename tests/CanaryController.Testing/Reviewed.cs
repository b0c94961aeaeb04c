namespace CanaryController.Testing;

/// <summary>
/// Files of this repository that say what the program says: reviewed when they change, and compared by tests. <c>CANARY_UPDATE_SNAPSHOTS=1</c> writes them
/// instead, which <c>./build.sh generate</c> sets.
/// </summary>
public static class Reviewed
{
    /// <summary>The text of <paramref name="file"/>, a path from the repository's root; empty when there is none.</summary>
    /// <param name="file">The file.</param>
    /// <param name="actual">What the program says, which is written first when files are to be updated.</param>
    public static string Text(string file, string actual)
    {
        var path = PathOf(file);
        if (Environment.GetEnvironmentVariable("CANARY_UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        return File.Exists(path) ? File.ReadAllText(path) : "";
    }

    /// <summary>Where a file of this repository is, named from its root.</summary>
    public static string PathOf(string file) => Path.Combine(Root(), file);

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
