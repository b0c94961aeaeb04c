namespace CanaryController.Examples.Demo.Processes;

/// <summary>Where the programs lie that the demo runs.</summary>
/// <param name="Prometheus">The Prometheus that <c>eng/tools.sh prometheus</c> found.</param>
/// <param name="Gateway">canary-gateway.</param>
/// <param name="Manager">canary-manager.</param>
/// <param name="Shop">The sample shop.</param>
internal sealed record Programs(string Prometheus, string Gateway, string Manager, string Shop)
{
    /// <summary>Names the Prometheus to use; ./build.sh sets it.</summary>
    public const string PrometheusVariable = "CANARY_DEMO_PROMETHEUS";

    /// <summary>Ours lie beside the demo: <c>artifacts/bin/PROJECT/CONFIGURATION/</c>.</summary>
    /// <exception cref="DemoException">One is missing; the message says what to do.</exception>
    public static Programs Find()
    {
        var prometheus = Environment.GetEnvironmentVariable(PrometheusVariable);
        if (string.IsNullOrEmpty(prometheus))
        {
            throw new DemoException($"Prometheus is missing: run ./build.sh demo, which gets it, or name one in {PrometheusVariable}.");
        }

        return new Programs(
            prometheus,
            Ours("CanaryController.Gateway", "canary-gateway"),
            Ours("CanaryController.Manager", "canary-manager"),
            Ours("CanaryController.Examples.Shop", "demo-shop"));
    }

    /// <summary>Where a project's program is built to, in this one's configuration.</summary>
    public static string Folder(string project)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name);
    }

    private static string Ours(string project, string program)
    {
        var path = Path.Combine(Folder(project), program);
        return File.Exists(path) ? path : throw new DemoException($"{path} is missing: run ./build.sh demo, which builds it.");
    }
}
