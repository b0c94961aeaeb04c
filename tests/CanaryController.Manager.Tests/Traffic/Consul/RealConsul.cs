using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>A real Consul in development mode, on free ports of 127.0.0.1. The test is skipped where there is none.</summary>
internal sealed class RealConsul : IAsyncDisposable
{
    /// <summary>Names the program.</summary>
    public const string Variable = "CANARY_TEST_CONSUL";

    private readonly string _folder = Directory.CreateTempSubdirectory("canary-consul-").FullName;
    private readonly HttpClient _http;
    private readonly Process _process;

    private RealConsul(string program, bool withAcls)
    {
        var ports = FreePorts(3);
        Url = $"http://127.0.0.1:{ports[0]}";
        _http = new() { BaseAddress = new(Url) };
        var file = Path.Combine(_folder, "agent.json");
        File.WriteAllText(file, withAcls ? """{"acl": {"enabled": true, "default_policy": "deny"}}""" : "{}");
        string[] arguments =
        [
            "agent", "-dev", "-node=here", "-bind=127.0.0.1", "-client=127.0.0.1", $"-http-port={ports[0]}", $"-server-port={ports[1]}", $"-serf-lan-port={ports[2]}", "-serf-wan-port=-1",
            "-dns-port=-1", "-grpc-port=-1", "-log-level=err", $"-config-file={file}",
        ];
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = _folder })!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    public string Url { get; }

    /// <summary>The token that may do everything; null without ACLs.</summary>
    public string? Root { get; private set; }

    /// <summary>Starts it; returns when it has a leader.</summary>
    public static async Task<RealConsul> StartAsync(CancellationToken cancellation, bool withAcls = false)
    {
        var program = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(program), $"no Consul: name one in {Variable}");
        var consul = new RealConsul(program, withAcls);
        while (!await consul.IsLeadingAsync(cancellation))
        {
            Assert.False(consul._process.HasExited, "Consul does not start");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
        }

        consul.Root = withAcls ? (string?)(await consul.PutAsync("/v1/acl/bootstrap", null, cancellation))["SecretID"] : null;
        return consul;
    }

    /// <summary>Writes as somebody who may do everything. The answer, which has to be 200.</summary>
    public async Task<JsonNode> PutAsync(string path, JsonNode? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("X-Consul-Token", Root ?? "");
        using var answer = await _http.SendAsync(request, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        Assert.True(answer.IsSuccessStatusCode, text);
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    /// <summary>An instance with a sidecar, whose checks say <paramref name="status"/>.</summary>
    public Task RegisterAsync(string id, string version, int port, string status, CancellationToken cancellation) => PutAsync(
        "/v1/agent/service/register",
        new JsonObject
        {
            ["ID"] = id,
            ["Name"] = "shop",
            ["Port"] = port,
            ["Meta"] = new JsonObject { ["version"] = version, ["env"] = "prod" },
            ["Check"] = new JsonObject { ["TTL"] = "1h", ["Status"] = status },
            ["Connect"] = new JsonObject { ["SidecarService"] = new JsonObject { ["Port"] = port + 1, ["Checks"] = new JsonArray(new JsonObject { ["Name"] = "sidecar", ["TTL"] = "1h", ["Status"] = status }) } },
        },
        cancellation);

    /// <summary>From now on an instance passes its checks. To register it again would change nothing: a check keeps its state.</summary>
    public async Task PassAsync(string id, CancellationToken cancellation)
    {
        await PutAsync($"/v1/agent/check/pass/service:{id}", null, cancellation);
        await PutAsync($"/v1/agent/check/pass/service:{id}-sidecar-proxy", null, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> IsLeadingAsync(CancellationToken cancellation)
    {
        try
        {
            return (await _http.GetStringAsync(new Uri("/v1/status/leader", UriKind.Relative), cancellation)).Trim() is { Length: > 2 };
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(each => each.Start());
        var ports = listeners.Select(each => ((IPEndPoint)each.LocalEndpoint).Port).ToArray();
        listeners.ForEach(each => each.Dispose());
        return ports;
    }
}
