namespace CanaryController.Cli.Tests;

/// <summary>Compares with a reviewed file in <c>Snapshots/</c>. <c>CANARY_UPDATE_SNAPSHOTS=1</c> writes the file instead.</summary>
internal static class Snapshot
{
    public static void Matches(string name, string text)
    {
        var file = Path.Combine(Folder(), name + ".txt");
        text = string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("CANARY_UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Folder());
            File.WriteAllText(file, text);
        }

        Assert.True(File.Exists(file), $"{file} is missing; CANARY_UPDATE_SNAPSHOTS=1 writes it.");
        Assert.Equal(File.ReadAllText(file), text);
    }

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CanaryController.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("No solution above the test."), "tests", "CanaryController.Cli.Tests", "Snapshots");
    }
}
