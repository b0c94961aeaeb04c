using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;
using CanaryController.Examples.Demo.Processes;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Running;

/// <summary>The real canary-manager, as a process, in Kubernetes mode for some namespaces.</summary>
internal sealed class Controller : IAsyncDisposable
{
    private const string Token = "a-token-for-reading-only";
    private const string TokenName = "token";
    private const string OperatorToken = "a-token-for-an-operator";
    private const string OperatorTokenName = "operator-token";

    private static readonly TimeSpan _startDeadline = TimeSpan.FromSeconds(120);

    private readonly ChildProcess _process;
    private readonly string _folder;
    private readonly Uri _api;
    private readonly TimeProvider _time;
    private readonly HttpClient _probe = new() { Timeout = TimeSpan.FromSeconds(2) };

    private Controller(ChildProcess process, string folder, Uri api, TimeProvider time) => (_process, _folder, _api, _time) = (process, folder, api, time);

    /// <summary>Where its API listens, Slack's endpoint among it.</summary>
    public Uri Api => _api;

    /// <summary>A file with a token that may read.</summary>
    public string TokenFile => Path.Combine(_folder, TokenName);

    /// <summary>A file with the token of <c>operator</c>, who may also command, and make and end freezes.</summary>
    public string OperatorTokenFile => Path.Combine(_folder, OperatorTokenName);

    /// <summary>The end of its log.</summary>
    public string Log => string.Join('\n', _process.LogTail(600));

    /// <summary>Writes its configuration and starts it; returns when it is ready.</summary>
    public static async Task<Controller> StartAsync(ControllerSetup setup, Guardian guardian, TimeProvider time, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("canary-e2e-").FullName;
        var port = FreePorts.Find(1)[0];
        await File.WriteAllTextAsync(
            Path.Combine(folder, "canary-controller.yaml"),
            $$"""
            mode: Kubernetes
            kubernetes:
              kubeconfig: {{setup.Kubeconfig}}
              namespaces: [{{string.Join(", ", setup.Namespaces)}}]
              routers: [{{string.Join(", ", RouteForm.All.Select(form => form.Router).Distinct())}}]
            {{Guarding(setup.Guards)}}
            prometheus:
              url: {{setup.Prometheus}}
            api:
              listen: http://127.0.0.1:{{port}}
              tokens:
              - {name: suite, sha256: {{Hash(Token)}}, roles: [view]}
              - {name: operator, sha256: {{Hash(OperatorToken)}}, roles: [view, operate, breakglass]}
            {{setup.Settings}}

            """,
            cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, TokenName), Token, cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, OperatorTokenName), OperatorToken, cancellation);
        var program = Path.Combine(Programs.Folder("CanaryController.Manager"), "canary-manager");
        var process = new ChildProcess("canary-manager", "/usr/bin/env", [$"POD_NAME={setup.Pod}", program, "--config", $"{folder}/canary-controller.yaml"], $"{folder}/log.txt", guardian, time);
        var controller = new Controller(process, folder, new($"http://127.0.0.1:{port}"), time);
        await controller.StartAsync(cancellation);
        return controller;
    }

    /// <summary>Starts it, for the first time or again; returns when it is ready.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        Start();
        var started = _time.GetTimestamp();
        while (!await IsReadyAsync(cancellation))
        {
            if (_process.EndedByItself)
            {
                throw new InvalidOperationException($"canary-manager ended:\n{Log}");
            }

            if (_time.GetElapsedTime(started) > _startDeadline)
            {
                throw new TimeoutException($"canary-manager was not ready within {_startDeadline}:\n{Log}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellation);
        }
    }

    /// <summary>What it counts, in the words of Prometheus.</summary>
    public Task<string> MetricsAsync(CancellationToken cancellation) => _probe.GetStringAsync(new Uri(_api, "/metrics"), cancellation);

    /// <summary>What its API answers to a GET, as JSON; its user may wait there for as long as a gate does.</summary>
    public async Task<JsonNode> AskAsync(string path, CancellationToken cancellation)
    {
        using var client = new HttpClient { BaseAddress = _api, Timeout = _startDeadline };
        client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        return JsonNode.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative), cancellation))!;
    }

    /// <summary>Starts it and does not wait.</summary>
    public void Start() => _process.Start();

    /// <summary>SIGKILL: it gets no chance to put anything in order.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>SIGTERM.</summary>
    public Task StopAsync() => _process.StopAsync();

    /// <summary>SIGSTOP: it stalls, wherever it is.</summary>
    public void Pause() => Signals.Send(_process.Id, "STOP");

    /// <summary>SIGCONT: it goes on as if no time had passed.</summary>
    public void Continue() => Signals.Send(_process.Id, "CONT");

    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync();
        _probe.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static string Guarding(GuardPost? guards) => guards is null ? "" :
        $$"""
          hold: OnChange
          admission:
            listen: https://127.0.0.1:{{guards.Port}}
            certFile: {{guards.CertFile}}
            keyFile: {{guards.KeyFile}}
            configurations: ''
            user: {{guards.User}}
        """;

    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await _probe.GetAsync(new Uri(_api, "/readyz"), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception notYet) when (notYet is HttpRequestException || (notYet is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }
}

/// <summary>What a controller is told.</summary>
/// <param name="Kubeconfig">How to reach the API server.</param>
/// <param name="Namespaces">What it watches.</param>
/// <param name="Prometheus">Where the evidence is.</param>
/// <param name="Pod">What it takes for its pod's name: started again, it still is who it was.</param>
internal sealed record ControllerSetup(string Kubeconfig, IReadOnlyList<string> Namespaces, Uri Prometheus, string Pod)
{
    /// <summary>Where it answers admission requests, and holds on change only; null = it does not.</summary>
    public GuardPost? Guards { get; init; }

    /// <summary>More sections of its configuration, each on a line of its own.</summary>
    public string Settings { get; init; } = "";
}
