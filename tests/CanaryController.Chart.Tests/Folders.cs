namespace CanaryController.Chart.Tests;

/// <summary>Where things lie in this repository.</summary>
internal static class Folders
{
    public static string Root { get; } = FindRoot();

    public static string Chart { get; } = Path.Combine(Root, "charts", "canary-controller");

    public static string Tests { get; } = Path.Combine(Root, "tests", "CanaryController.Chart.Tests");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CanaryController.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No CanaryController.sln above {AppContext.BaseDirectory}.");
    }
}
