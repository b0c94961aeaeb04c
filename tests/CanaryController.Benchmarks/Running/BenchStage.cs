using CanaryController.Examples.Demo.Processes;

namespace CanaryController.Benchmarks.Running;

/// <summary>The product's programs and a real Prometheus as processes of their own on loopback, with one temporary folder.</summary>
internal sealed class BenchStage : IAsyncDisposable
{
    public const string Token = "bench-token-0123456789abcdef";

    /// <summary>Long, because a machine may be busy: what is slow shows in the figures.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _startDeadline = TimeSpan.FromMinutes(4);

    private readonly List<ChildProcess> _children = [];
    private readonly Guardian _guardian;
    private readonly HttpClient _probe = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly Programs _programs = Programs.Find();

    public BenchStage()
    {
        Folder = Directory.CreateTempSubdirectory("canary-bench-").FullName;
        _guardian = new Guardian(Folder);
        Directory.CreateDirectory(Path.Combine(Folder, "rollouts"));
        File.WriteAllText(Path.Combine(Folder, "token"), Token);
        var ports = FreePorts.Find(4);
        (GatewayPort, AdminPort, ManagerPort, PrometheusPort) = (ports[0], ports[1], ports[2], ports[3]);
    }

    public string Folder { get; }

    public int GatewayPort { get; }

    public int AdminPort { get; }

    public int ManagerPort { get; }

    public int PrometheusPort { get; }

    /// <summary>The manager's process id, to read its CPU time from.</summary>
    public int ManagerId { get; private set; }

    /// <summary>Prometheus'.</summary>
    public int PrometheusId { get; private set; }

    public static Uri Local(int port, string path = "/") => new($"http://127.0.0.1:{port}{path}");

    public async Task StartPrometheusAsync(string scrapeInterval, IEnumerable<int> targets, CancellationToken cancellation)
    {
        var list = string.Join(", ", targets.Select(port => $"'127.0.0.1:{port}'"));
        var config = $"""
            global: {"{"}scrape_interval: {scrapeInterval}, scrape_timeout: {scrapeInterval}{"}"}
            scrape_configs:
            - job_name: gateways
              static_configs: [{"{"}targets: [{list}]{"}"}]
            """;
        await File.WriteAllTextAsync(Path.Combine(Folder, "prometheus.yaml"), config, cancellation);
        var child = await StartAsync("prometheus", _programs.Prometheus, Local(PrometheusPort, "/-/ready"), cancellation,
            $"--config.file={Folder}/prometheus.yaml", $"--storage.tsdb.path={Folder}/prometheus", $"--web.listen-address=127.0.0.1:{PrometheusPort}", "--log.level=warn");
        PrometheusId = child.Id;
    }

    /// <summary>Starts the gateway with <paramref name="routes"/> (YAML list items).</summary>
    public async Task StartGatewayAsync(string routes, CancellationToken cancellation)
    {
        var config = $"""
            listen: http://127.0.0.1:{GatewayPort}
            admin: {"{"}listen: 'http://127.0.0.1:{AdminPort}', tokenFile: {Folder}/token{"}"}
            stateFile: {Folder}/splits.json
            routes:

            """;
        await File.WriteAllTextAsync(Path.Combine(Folder, "gateway.yaml"), config + routes, cancellation);
        await StartAsync("gateway", _programs.Gateway, Local(AdminPort, "/readyz"), cancellation, "--config", $"{Folder}/gateway.yaml");
    }

    public async Task<ChildProcess> StartManagerAsync(CancellationToken cancellation)
    {
        var config = $"""
            standalone: {"{"}folder: {Folder}/rollouts, database: {Folder}/manager.db{"}"}
            api: {"{"}listen: 'http://127.0.0.1:{ManagerPort}'{"}"}
            prometheus: {"{"}url: 'http://127.0.0.1:{PrometheusPort}'{"}"}
            gateways:
            - {"{"}name: default, url: 'http://127.0.0.1:{AdminPort}', tokenFile: {Folder}/token{"}"}
            """;
        await File.WriteAllTextAsync(Path.Combine(Folder, "manager.yaml"), config, cancellation);
        var child = await StartAsync("manager", _programs.Manager, Local(ManagerPort, "/readyz"), cancellation, "--config", $"{Folder}/manager.yaml");
        ManagerId = child.Id;
        return child;
    }

    /// <summary>Seconds of CPU that the manager has used.</summary>
    public double ManagerCpuSeconds() => ProcessFigures.CpuSeconds(ManagerId);

    /// <summary>The manager's resident memory.</summary>
    public double ManagerMegabytes() => ProcessFigures.Megabytes(ManagerId);

    /// <summary>Waits until <paramref name="isSo"/>, looking each <paramref name="every"/>.</summary>
    public async Task UntilAsync(string what, TimeSpan every, Func<Task<bool>> isSo, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(_patience);
        using var ticks = new PeriodicTimer(every, TimeProvider.System);
        try
        {
            while (!await isSo())
            {
                await ticks.WaitForNextTickAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new InvalidOperationException($"Not seen within {_patience.TotalMinutes:0} minutes: {what}.\n{Logs()}", late);
        }
    }

    /// <summary>Starts a program and waits until <paramref name="ready"/> answers 200.</summary>
    public async Task<ChildProcess> StartAsync(string name, string program, Uri ready, CancellationToken cancellation, params string[] arguments)
    {
        var child = new ChildProcess(name, program, arguments, Path.Combine(Folder, $"{name}.log"), _guardian, TimeProvider.System);
        _children.Add(child);
        child.Start();
        var began = TimeProvider.System.GetTimestamp();
        await UntilAsync($"{name} ready at {ready}", TimeSpan.FromMilliseconds(50), async () =>
        {
            if (child.EndedByItself || TimeProvider.System.GetElapsedTime(began) > _startDeadline)
            {
                throw new InvalidOperationException($"{name} did not start.\n{Logs()}");
            }

            try
            {
                using var answer = await _probe.GetAsync(ready, cancellation);
                return answer.IsSuccessStatusCode;
            }
            catch (Exception notYet) when (notYet is HttpRequestException || (notYet is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                return false;
            }
        }, cancellation);
        return child;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in Enumerable.Reverse(_children))
        {
            await child.StopAsync();
        }

        _probe.Dispose();
        _guardian.Dispose();
    }

    private string Logs() => string.Join('\n', _children.SelectMany(child => child.LogTail(15).Select(line => $"{child.Name}: {line}")));
}
