using System.Security.Cryptography;
using CanaryController.Examples.Demo.Scenarios;

namespace CanaryController.Examples.Demo.Processes;

/// <summary>All programs of one scenario, each a process of its own, on free ports of 127.0.0.1, with one temporary folder.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private static readonly TimeSpan _startDeadline = TimeSpan.FromSeconds(60);

    private readonly Guardian _guardian;
    private readonly TimeProvider _time;
    private readonly HttpClient _probe = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly Dictionary<string, string> _values;
    private readonly List<ChildProcess> _children = [];
    private ChildProcess? _gateway;

    private Stage(string folder, bool keep, TimeProvider time)
    {
        Folder = folder;
        _time = time;
        _guardian = new Guardian(keep ? "" : folder);
        var ports = FreePorts.Find(7);
        string[] names = ["gatewayPort", "gatewayAdminPort", "managerPort", "prometheusPort", "v1Port", "v2Port", "v3Port"];
        _values = names.Zip(ports).ToDictionary(pair => pair.First, pair => $"{pair.Second}", StringComparer.Ordinal);
        _values["folder"] = folder;
        Token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
    }

    /// <summary>Holds configuration, state and logs; removed at the end unless it is to be kept.</summary>
    public string Folder { get; }

    /// <summary>The gateway's admin token.</summary>
    public string Token { get; }

    /// <summary>Where users send their requests.</summary>
    public Uri Gateway => Url("gatewayPort");

    /// <summary>The gateway's admin API.</summary>
    public Uri GatewayAdmin => Url("gatewayAdminPort");

    /// <summary>The manager's API.</summary>
    public Uri ManagerApi => Url("managerPort");

    /// <summary>The manager's process.</summary>
    public ChildProcess Manager { get; private set; } = null!;

    /// <summary>Prometheus' process.</summary>
    public ChildProcess Prometheus { get; private set; } = null!;

    /// <summary>Lays out the folder and starts everything but the manager.</summary>
    /// <exception cref="DemoException">Something does not start.</exception>
    public static async Task<Stage> BuildAsync(Programs programs, Scenario scenario, bool keep, TimeProvider time, CancellationToken cancellation)
    {
        var stage = new Stage(Directory.CreateTempSubdirectory("canary-demo-").FullName, keep, time);
        try
        {
            stage.Write(programs, scenario);
            await stage.StartAsync(cancellation);
            return stage;
        }
        catch (Exception)
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the manager, for the first time or again.</summary>
    public async Task StartManagerAsync(CancellationToken cancellation)
    {
        Manager.Start();
        await ReadyAsync(Manager, new Uri(ManagerApi, "/readyz"), cancellation);
    }

    /// <summary>Starts Prometheus, for the first time or again.</summary>
    public async Task StartPrometheusAsync(CancellationToken cancellation)
    {
        Prometheus.Start();
        await ReadyAsync(Prometheus, new Uri(Url("prometheusPort"), "/-/ready"), cancellation);
    }

    /// <summary>Puts a rollout into the manager's folder, whole at once as an editor or a deployment would.</summary>
    public void PutRollout(string file, string canary)
    {
        var text = Templates.Fill(file, _values).Replace("canary: v2", $"canary: {canary}", StringComparison.Ordinal);
        var target = Path.Combine(Folder, "rollouts", "shop.yaml");
        File.WriteAllText(Path.Combine(Folder, "shop.yaml"), text);
        File.Move(Path.Combine(Folder, "shop.yaml"), target, overwrite: true);
    }

    /// <summary>A program that ended although nobody asked it to.</summary>
    public ChildProcess? Fallen => _children.FirstOrDefault(child => child.EndedByItself);

    /// <summary>The last lines of every program's log.</summary>
    public IEnumerable<string> LogTails(int lines) =>
        _children.SelectMany(child => child.LogTail(lines).Select(line => $"{child.Name}: {line}"));

    public async ValueTask DisposeAsync()
    {
        // The manager first: it shall not take the others' end for an incident. The rest together.
        if (Manager is { } manager)
        {
            await manager.StopAsync();
        }

        await Task.WhenAll(_children.Select(child => child.StopAsync()));
        _probe.Dispose();
        _guardian.Dispose();
    }

    private void Write(Programs programs, Scenario scenario)
    {
        Directory.CreateDirectory(Path.Combine(Folder, "rollouts"));
        WriteSecret(Path.Combine(Folder, "gateway-token"), Token);
        foreach (var name in (string[])["prometheus.yaml", "gateway.yaml", "manager.yaml"])
        {
            File.WriteAllText(Path.Combine(Folder, name), Templates.Fill(name, _values));
        }

        Prometheus = Child("prometheus", programs.Prometheus,
            $"--config.file={Folder}/prometheus.yaml", $"--storage.tsdb.path={Folder}/prometheus", $"--web.listen-address=127.0.0.1:{_values["prometheusPort"]}", "--log.level=warn");
        Manager = Child("manager", programs.Manager, "--config", $"{Folder}/manager.yaml");
        _gateway = Child("gateway", programs.Gateway, "--config", $"{Folder}/gateway.yaml");
        foreach (var (version, behaviour) in scenario.Versions)
        {
            Child(version, programs.Shop, ["--port", _values[$"{version}Port"], "--version", version, .. behaviour.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        }
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        // The shops first: the gateway shall find them well.
        var shops = _children.Except([Manager, Prometheus, _gateway]).OfType<ChildProcess>().ToList();
        shops.ForEach(shop => shop.Start());
        await StartPrometheusAsync(cancellation);
        foreach (var shop in shops)
        {
            await ReadyAsync(shop, new Uri(Url($"{shop.Name}Port"), "/healthz"), cancellation);
        }

        _gateway!.Start();
        await ReadyAsync(_gateway, new Uri(GatewayAdmin, "/readyz"), cancellation);
    }

    // Readable by its owner only, from the first moment on.
    private static void WriteSecret(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new StreamWriter(path, options);
        file.Write(text);
    }

    private ChildProcess Child(string name, string program, params string[] arguments)
    {
        var child = new ChildProcess(name, program, arguments, Path.Combine(Folder, $"{name}.log"), _guardian, _time);
        _children.Add(child);
        return child;
    }

    private async Task ReadyAsync(ChildProcess child, Uri url, CancellationToken cancellation)
    {
        var began = _time.GetTimestamp();
        while (!await AnswersAsync(url, cancellation))
        {
            if (child.EndedByItself || _time.GetElapsedTime(began) > _startDeadline)
            {
                throw new DemoException(string.Join('\n', [$"{child.Name} did not start ({url}). The end of its log:", .. child.LogTail(20)]));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellation);
        }
    }

    private async Task<bool> AnswersAsync(Uri url, CancellationToken cancellation)
    {
        try
        {
            using var answer = await _probe.GetAsync(url, cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private Uri Url(string port) => new($"http://127.0.0.1:{_values[port]}/");
}
