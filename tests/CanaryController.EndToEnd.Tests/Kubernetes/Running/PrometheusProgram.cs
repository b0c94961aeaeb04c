using CanaryController.Examples.Demo.Processes;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Running;

/// <summary>A real Prometheus that scrapes the mesh each second. Where there is none, tests that need evidence are skipped.</summary>
internal sealed class PrometheusProgram : IAsyncDisposable
{
    /// <summary>Names the program; <c>./build.sh</c> sets it.</summary>
    public const string Variable = "CANARY_TEST_PROMETHEUS";

    private readonly string _folder = Directory.CreateTempSubdirectory("canary-e2e-prometheus-").FullName;
    private ChildProcess? _process;

    /// <summary>Where it answers; nobody does where there is no Prometheus.</summary>
    public Uri Url { get; } = new($"http://127.0.0.1:{FreePorts.Find(1)[0]}");

    /// <summary>There is one.</summary>
    public static bool IsHere => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    /// <summary>Starts it.</summary>
    public void Start(int meshPort, Guardian guardian, TimeProvider time)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } program)
        {
            return;
        }

        File.WriteAllText(
            Path.Combine(_folder, "prometheus.yaml"),
            $$"""
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs:
            - job_name: mesh
              static_configs: [{targets: ['127.0.0.1:{{meshPort}}']}]
            """);
        _process = new(
            "prometheus",
            program,
            [$"--config.file={_folder}/prometheus.yaml", $"--storage.tsdb.path={_folder}/data", $"--web.listen-address=127.0.0.1:{Url.Port}", "--log.level=error"],
            $"{_folder}/log.txt",
            guardian,
            time);
        _process.Start();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.KillAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
