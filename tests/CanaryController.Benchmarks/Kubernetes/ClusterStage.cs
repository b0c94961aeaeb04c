using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CanaryController.Benchmarks.Running;
using CanaryController.Core.Rollouts;
using CanaryController.Examples.Demo.Processes;
using CanaryController.Resources.Api;

namespace CanaryController.Benchmarks.Kubernetes;

/// <summary>The API server stub, managers and a Prometheus, each as a process of its own.</summary>
internal sealed class ClusterStage : IAsyncDisposable
{
    private readonly BenchStage _stage = new();
    private readonly int _stubPort;

    private ClusterStage()
    {
        _stubPort = FreePorts.Find(1)[0];
        Client = new(_stubPort);
    }

    public KubeClient Client { get; }

    public BenchStage Processes => _stage;

    /// <summary>The stub's process.</summary>
    public ChildProcess Stub { get; private set; } = null!;

    /// <summary>Starts the stub.</summary>
    /// <param name="seeds">Objects that are there from the start, each line in so many copies.</param>
    /// <param name="hasControllers">Deployments, ReplicaSets and pods are led by the cluster's controllers.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<ClusterStage> StartAsync(IReadOnlyList<(IReadOnlyList<string> Lines, int Copies)> seeds, bool hasControllers, CancellationToken cancellation)
    {
        var stage = new ClusterStage();
        var folder = stage._stage.Folder;
        var own = Path.Combine(folder, "crds");
        Directory.CreateDirectory(own);
        await File.WriteAllTextAsync(Path.Combine(own, "httproutes.yaml"), Manifests.RouteDefinition, cancellation);
        List<string> arguments = ["--port", $"{stage._stubPort}", "--kubeconfig", Path.Combine(folder, "kubeconfig"), "--crds", own, "--crds", Path.Combine(AppContext.BaseDirectory, "crds")];
        arguments.AddRange(hasControllers ? ["--controllers"] : []);
        for (var index = 0; index < seeds.Count; index++)
        {
            var file = Path.Combine(folder, $"seeds-{index}.jsonl");
            await File.WriteAllLinesAsync(file, seeds[index].Lines, cancellation);
            arguments.AddRange("--seeds", $"{file}:{seeds[index].Copies}");
        }

        var program = Path.Combine(Programs.Folder("CanaryController.ApiServerStub"), "CanaryController.ApiServerStub");
        stage.Stub = await stage._stage.StartAsync("stub", program, BenchStage.Local(stage._stubPort, "/readyz"), cancellation, [.. arguments]);
        return stage;
    }

    /// <summary>Starts a manager for the whole cluster; ready when it answers, or when it is ready to lead.</summary>
    /// <param name="name">Its pod's name: those with other names follow each other.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ManagerProcess> StartManagerAsync(string name, CancellationToken cancellation)
    {
        var port = FreePorts.Find(1)[0];
        var config = Path.Combine(_stage.Folder, $"{name}.yaml");
        await File.WriteAllTextAsync(
            config,
            $$"""
            mode: Kubernetes
            kubernetes: {kubeconfig: {{_stage.Folder}}/kubeconfig}
            prometheus: {url: 'http://127.0.0.1:{{_stage.PrometheusPort}}'}
            api: {listen: 'http://127.0.0.1:{{port}}', kubernetesTokens: {enabled: false} }

            """,
            cancellation);
        var began = TimeProvider.System.GetTimestamp();
        var process = await _stage.StartAsync(name, "/usr/bin/env", BenchStage.Local(port, "/readyz"), cancellation, $"POD_NAME={name}", ManagerProgram(), "--config", config);
        return new(process, port, began);
    }

    /// <summary>Waits until the stub has nothing to do: its controllers have looked at everything.</summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        var before = ProcessFigures.CpuSeconds(Stub.Id);
        await _stage.UntilAsync("the stub at rest", TimeSpan.FromSeconds(2), () =>
        {
            var now = ProcessFigures.CpuSeconds(Stub.Id);
            var isQuiet = now - before is > 0 and < 0.1 || now == before;
            before = now;
            return Task.FromResult(isQuiet);
        }, cancellation);
    }

    /// <summary>Waits for something about an object.</summary>
    public Task UntilAsync(string what, KubeKind kind, string ns, string name, Func<JsonObject, bool> isSo, CancellationToken cancellation) =>
        _stage.UntilAsync(what, TimeSpan.FromMilliseconds(50), async () => await Client.FindAsync(kind, ns, name, cancellation) is { } found && isSo(found), cancellation);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _stage.DisposeAsync();
    }

    /// <summary>The one that was built with the bench, or another: one as it is published starts faster.</summary>
    private static string ManagerProgram() => Environment.GetEnvironmentVariable("CANARY_BENCH_MANAGER") is { Length: > 0 } other
        ? other
        : Path.Combine(Programs.Folder("CanaryController.Manager"), "canary-manager");
}

/// <summary>A running manager.</summary>
/// <param name="Process">The process.</param>
/// <param name="Port">Of its API on 127.0.0.1.</param>
/// <param name="Began">When it was started, as a timestamp of the system's clock.</param>
internal sealed record ManagerProcess(ChildProcess Process, int Port, long Began)
{
    /// <summary>The rollouts that are under way and have evidence of both metrics.</summary>
    public async Task<IReadOnlyList<RolloutView>> JudgedAsync(HttpClient client, CancellationToken cancellation)
    {
        var all = await client.GetFromJsonAsync(BenchStage.Local(Port, "/v1/namespaces/-/rollouts"), ApiJson.Default.RolloutList, cancellation);
        return [.. (all?.Items ?? []).Where(rollout => rollout is { Phase: RolloutPhase.Progressing } && rollout.Metrics.Count == 2 && rollout.Metrics.All(metric => metric.Requests > 0))];
    }

    /// <summary>The sum of its own metrics that a line's beginning chooses.</summary>
    public async Task<double> MetricAsync(HttpClient client, string prefix, CancellationToken cancellation) =>
        (await client.GetStringAsync(BenchStage.Local(Port, "/metrics"), cancellation)).Split('\n')
            .Where(line => line.StartsWith(prefix, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
