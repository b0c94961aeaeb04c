using System.Net.Sockets;
using System.Text;
using CanaryController.Examples.Demo.Load;
using CanaryController.Examples.Demo.Processes;
using CanaryController.Examples.Demo.Watching;

namespace CanaryController.EndToEnd.Tests.HAProxy;

/// <summary>
/// The standalone manager with the real HAProxy as its router: two instances of v1 and one of v2 of the sample shop behind one backend, a real Prometheus that scrapes HAProxy's own exporter each
/// second, and users. All on 127.0.0.1, each a process of its own. The test is skipped where HAProxy or Prometheus is missing.
/// </summary>
internal sealed class HAProxyStage : IAsyncDisposable
{
    private const int RequestsPerSecond = 150;

    private static readonly TimeSpan _startDeadline = TimeSpan.FromSeconds(120);

    private readonly string _folder = Directory.CreateTempSubdirectory("canary-haproxy-").FullName;
    private readonly IReadOnlyList<int> _ports = FreePorts.Find(7);
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly HttpClient _probe = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly List<ChildProcess> _children = [];
    private readonly Guardian _guardian;
    private readonly string _haproxy;
    private readonly string _prometheus;

    private HAProxyStage(string haproxy, string prometheus)
    {
        (_haproxy, _prometheus) = (haproxy, prometheus);
        _guardian = new Guardian(_folder);
        Watch = new(Url(_ports[2]), _time);
    }

    /// <summary>The users.</summary>
    public LoadGenerator Load { get; private set; } = null!;

    /// <summary>The rollout as the manager shows it.</summary>
    public RolloutWatch Watch { get; }

    private string Socket => Path.Combine(_folder, "admin.sock");

    /// <summary>Starts everything.</summary>
    /// <param name="canaryErrorPercent">The share of the canary's requests that fail.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<HAProxyStage> StartAsync(double canaryErrorPercent, CancellationToken cancellation)
    {
        var (haproxy, prometheus) = (Environment.GetEnvironmentVariable("CANARY_TEST_HAPROXY"), Environment.GetEnvironmentVariable("CANARY_TEST_PROMETHEUS"));
        Assert.SkipWhen(
            string.IsNullOrEmpty(haproxy) || string.IsNullOrEmpty(prometheus),
            "no HAProxy or no Prometheus: ./build.sh test gets both from Debian, or name them in CANARY_TEST_HAPROXY and CANARY_TEST_PROMETHEUS");
        var stage = new HAProxyStage(haproxy, prometheus);
        try
        {
            await stage.StartAllAsync(canaryErrorPercent, cancellation);
            return stage;
        }
        catch (Exception)
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Each server's weight, like <c>v1-1=100 v1-2=100 v2-1=0</c>, as HAProxy says.</summary>
    public async Task<string> WeightsAsync(CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellation);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes("show servers state shop\n"), cancellation);
        using var reader = new StreamReader(stream);
        var state = await reader.ReadToEndAsync(cancellation);
        return string.Join(' ', state.Split('\n').Select(line => line.Split(' ')).Where(row => row.Length > 8 && row[1] == "shop").Select(row => $"{row[3]}={row[7]}"));
    }

    /// <summary>A new HAProxy takes over from the running one, as a reload does: what was not configured is lost.</summary>
    public async Task ReloadAsync(CancellationToken cancellation)
    {
        var old = _children.Last(child => child.Name == "haproxy");
        var fresh = HAProxy($"-sf {old.Id}");
        fresh.Start();
        await UntilAsync(async () => old.EndedByItself && await IsUpAsync(_ports[1], "/metrics", cancellation), "a reloaded HAProxy", cancellation);
    }

    /// <summary>What the manager said last.</summary>
    public string Logs => string.Join('\n', _children.SelectMany(child => child.LogTail(15).Select(line => $"{child.Name}: {line}")));

    public async ValueTask DisposeAsync()
    {
        Watch.Dispose();
        if (Load is not null)
        {
            await Load.DisposeAsync();
        }

        await Task.WhenAll(_children.Select(child => child.KillAsync()));
        _probe.Dispose();
        _guardian.Dispose();
    }

    private async Task StartAllAsync(double canaryErrorPercent, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "rollouts"));
        foreach (var (file, text) in HAProxyTexts.All(_folder, _ports))
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, file), text, cancellation);
        }

        var shop = Path.Combine(Programs.Folder("CanaryController.Examples.Shop"), "demo-shop");
        Child("v1-1", shop, "--port", $"{_ports[4]}", "--version", "v1", "--seed", "1").Start();
        Child("v1-2", shop, "--port", $"{_ports[5]}", "--version", "v1", "--seed", "2").Start();
        Child("v2-1", shop, "--port", $"{_ports[6]}", "--version", "v2", "--seed", "3", "--error-percent", FormattableString.Invariant($"{canaryErrorPercent}")).Start();
        Child(
            "prometheus", _prometheus, $"--config.file={_folder}/prometheus.yaml", $"--storage.tsdb.path={_folder}/prometheus", $"--web.listen-address=127.0.0.1:{_ports[3]}", "--log.level=warn").Start();
        foreach (var port in _ports.Skip(4))
        {
            await UntilAsync(() => IsUpAsync(port, "/healthz", cancellation), "the shop", cancellation);
        }

        HAProxy("").Start();
        await UntilAsync(() => IsUpAsync(_ports[1], "/metrics", cancellation), "HAProxy", cancellation);
        await UntilAsync(() => IsUpAsync(_ports[3], "/-/ready", cancellation), "Prometheus", cancellation);
        Load = LoadGenerator.Start(Url(_ports[0]), RequestsPerSecond, seed: 20, _time);
        var manager = Path.Combine(Programs.Folder("CanaryController.Manager"), "canary-manager");
        Child("manager", manager, "--config", $"{_folder}/canary-controller.yaml").Start();
        await UntilAsync(() => IsUpAsync(_ports[2], "/readyz", cancellation), "canary-manager", cancellation);
    }

    private ChildProcess HAProxy(string more) => Child("haproxy", _haproxy, ["-db", "-f", $"{_folder}/haproxy.cfg", .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    private ChildProcess Child(string name, string program, params string[] arguments)
    {
        var child = new ChildProcess(name, program, arguments, Path.Combine(_folder, $"{name}.log"), _guardian, _time);
        _children.Add(child);
        return child;
    }

    private async Task UntilAsync(Func<Task<bool>> isSo, string what, CancellationToken cancellation)
    {
        var began = _time.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(_time.GetElapsedTime(began) < _startDeadline, $"{what} was not there within {_startDeadline}:\n{Logs}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellation);
        }
    }

    private async Task<bool> IsUpAsync(int port, string path, CancellationToken cancellation)
    {
        try
        {
            using var answer = await _probe.GetAsync(new Uri(Url(port), path), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception notYet) when (notYet is HttpRequestException || (notYet is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    private static Uri Url(int port) => new($"http://127.0.0.1:{port}");
}
