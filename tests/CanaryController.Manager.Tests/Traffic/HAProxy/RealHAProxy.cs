using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CanaryController.Manager.Tests.Traffic.HAProxy;

/// <summary>The real program on free ports of 127.0.0.1, with an admin socket. The test is skipped where there is none.</summary>
internal sealed class RealHAProxy : IAsyncDisposable
{
    /// <summary>Names the program; <c>./build.sh</c> sets it.</summary>
    public const string Variable = "CANARY_TEST_HAPROXY";

    private readonly string _folder = Directory.CreateTempSubdirectory("canary-haproxy-").FullName;
    private readonly string _program;
    private readonly string _level;
    private readonly string _sections;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false });
    private Process? _process;

    private RealHAProxy(string program, string level, string sections) => (_program, _level, _sections) = (program, level, sections);

    public string Socket => Path.Combine(_folder, "admin.sock");

    /// <summary>The admin socket's address.</summary>
    public string Address { get; } = $"127.0.0.1:{FreePort()}";

    /// <summary>Where the frontend listens that sends to the backend <c>shop</c>.</summary>
    public int Port { get; } = FreePort();

    /// <summary>Starts it with a backend <c>shop</c>.</summary>
    /// <param name="shop">
    /// The lines of the backend; <c>SERVER</c> stands for an address where the version answers that the server's name begins with, <c>FOLDER</c> for the folder of its maps, which are made empty.
    /// </param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="level">The socket's.</param>
    public static async Task<RealHAProxy> StartAsync(string shop, CancellationToken cancellation, string level = "admin")
    {
        var program = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(program), $"no HAProxy: ./build.sh test gets one from Debian, or name one in {Variable}");
        var proxy = new RealHAProxy(program, level, shop);
        await proxy.ReloadAsync(cancellation);
        return proxy;
    }

    /// <summary>Starts a new process that takes over from the old one, as a reload does; returns when it answers.</summary>
    public async Task ReloadAsync(CancellationToken cancellation, string? stateFile = null)
    {
        var old = _process;
        var file = Path.Combine(_folder, "haproxy.cfg");
        await File.WriteAllTextAsync(file, Text(stateFile), cancellation);
        string[] arguments = ["-db", "-f", file, .. old is null ? (string[])[] : ["-sf", $"{old.Id}"]];
        _process = Process.Start(new ProcessStartInfo(_program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        if (old is not null)
        {
            // It ends once the new one listens.
            await old.WaitForExitAsync(cancellation);
            old.Dispose();
        }

        while (!await AnswersAsync(cancellation))
        {
            Assert.False(_process.HasExited, "HAProxy does not start");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellation);
        }
    }

    /// <summary>Sends that many requests and counts the answers by version.</summary>
    public async Task<Dictionary<string, int>> LoadAsync(int requests, CancellationToken cancellation)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < requests; index++)
        {
            var version = await _http.GetStringAsync(new Uri($"http://127.0.0.1:{Port}/"), cancellation);
            counts[version] = counts.GetValueOrDefault(version) + 1;
        }

        return counts;
    }

    /// <summary>The version that answers a visitor who has a cookie.</summary>
    public Task<string> VisitAsync(string cookie, CancellationToken cancellation) => SendAsync("Cookie", cookie, cancellation);

    /// <summary>The version that answers a request with a header.</summary>
    public async Task<string> SendAsync(string header, string value, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{Port}/"));
        request.Headers.TryAddWithoutValidation(header, value);
        using var answer = await _http.SendAsync(request, cancellation);
        return await answer.Content.ReadAsStringAsync(cancellation);
    }

    /// <summary>One command, and the answer as it is.</summary>
    public async Task<string> AskAsync(string command, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellation);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\n"), cancellation);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private string Text(string? stateFile)
    {
        var versions = Enumerable.Range(1, 3).Select(number => (Name: $"v{number}", Socket: Path.Combine(_folder, $"v{number}.sock"))).ToList();
        var sections = _sections.Replace("FOLDER", _folder, StringComparison.Ordinal);
        foreach (var map in sections.Split(' ', ',', '(', ')').Where(word => word.StartsWith(_folder, StringComparison.Ordinal) && word.EndsWith(".map", StringComparison.Ordinal)))
        {
            File.WriteAllText(map, "");
        }

        var servers = string.Join('\n', sections.Split('\n').Select(line => versions.Find(version => line.Contains($"server {version.Name}", StringComparison.Ordinal)) is { Socket: { } socket }
            ? line.Replace("SERVER", $"unix@{socket}", StringComparison.Ordinal)
            : line));
        return $"""
            global
              stats socket {Socket} mode 600 level {_level}
              stats socket ipv4@{Address} level {_level}
              {(stateFile is null ? "" : $"server-state-file {stateFile}")}
            defaults
              mode http
              timeout connect 2s
              timeout client 10s
              timeout server 10s
              {(stateFile is null ? "" : "load-server-state-from-file global")}
            frontend entry
              bind 127.0.0.1:{Port}
              default_backend shop
            {servers}
            {string.Join('\n', versions.Select(version => $"frontend {version.Name}\n  bind unix@{version.Socket}\n  http-request return status 200 content-type text/plain string {version.Name}"))}

            """;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            return (await AskAsync("show backend", cancellation)).Contains("shop", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
