using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

/// <summary>The real program, on loopback, with its data in a folder of its own. A test that cannot have it says that it was skipped.</summary>
internal sealed class RealPrometheus : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private RealPrometheus(Process process, string folder, int port) => (_process, _folder, Port) = (process, folder, port);

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Where it is asked.</summary>
    public Uri Url => new($"http://127.0.0.1:{Port}");

    /// <summary>Starts it; it scrapes each path of <paramref name="exporter"/> as a job of its own.</summary>
    public static async Task<RealPrometheus> StartAsync(string exporter, IEnumerable<(string Job, string Path)> jobs, int scrapeMs)
    {
        var program = Environment.GetEnvironmentVariable("CANARY_TEST_PROMETHEUS");
        Assert.SkipWhen(string.IsNullOrEmpty(program), "no Prometheus: ./build.sh test gets one from Debian, or name one in CANARY_TEST_PROMETHEUS");
        var folder = Directory.CreateTempSubdirectory("canary-prometheus-").FullName;
        var config = new StringBuilder($"global: {{scrape_interval: {scrapeMs}ms, scrape_timeout: {scrapeMs}ms}}\nscrape_configs:\n");
        foreach (var (job, path) in jobs)
        {
            config.Append($"- {{job_name: {job}, metrics_path: {path}, static_configs: [{{targets: ['{new Uri(exporter).Authority}']}}]}}\n");
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "prometheus.yaml"), config.ToString());
        var port = FreePort();
        var process = Process.Start(new ProcessStartInfo(program)
        {
            ArgumentList =
            {
                $"--config.file={folder}/prometheus.yaml", $"--storage.tsdb.path={folder}/data", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
            },
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        return new(process, folder, port);
    }

    /// <summary>Waits until a query's answer contains a text.</summary>
    public async Task UntilAsync(string query, string contains, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        while (true)
        {
            try
            {
                if ((await http.GetStringAsync(new Uri(Url, $"api/v1/query?query={Uri.EscapeDataString(query)}"), cancellation)).Contains(contains, StringComparison.Ordinal))
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(_folder, true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
