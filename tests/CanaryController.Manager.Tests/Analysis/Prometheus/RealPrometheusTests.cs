using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CanaryController.Core.Analysis;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Analysis.Prometheus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Prometheus;
using Quartz;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

/// <summary>The whole slice as the manager registers it, against the real program, a real scrape and the real clock.</summary>
public sealed class RealPrometheusTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_canary_that_fails_wakes_its_rollout_and_a_restart_agrees()
    {
        var program = Environment.GetEnvironmentVariable("CANARY_TEST_PROMETHEUS");
        Assert.SkipWhen(string.IsNullOrEmpty(program), "no Prometheus: ./build.sh test gets one from Debian, or name one in CANARY_TEST_PROMETHEUS");
        var folder = Directory.CreateTempSubdirectory("canary-prometheus-").FullName;
        using var limit = new CancellationTokenSource(Limit);
        var registry = Metrics.NewCustomRegistry();
        await using var gateway = await StartGatewayAsync(registry);
        var requests = Metrics.WithCustomRegistry(registry).CreateCounter("canary_gateway_requests_total", "Requests.", ["route", "version", "code"]);
        requests.WithLabels("shop", "v1", "200").Inc(1_000);
        requests.WithLabels("shop", "v2", "200").Inc(0);
        var port = FreePort();
        using var prometheus = await StartPrometheusAsync(program, folder, port, gateway.Urls.First());
        try
        {
            using var first = Host(port);
            await first.StartAsync(limit.Token);
            await UntilAsync(async () => (await ScrapesAsync(port, limit.Token)).Contains("v1", StringComparison.Ordinal), limit.Token);
            var request = EvidenceRig.Request(DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()), "shop", EvidenceRig.SuccessRate);
            var evidence = first.Services.GetRequiredService<IEvidence>();
            evidence.Track(request);

            var waker = first.Services.GetRequiredService<RecordingWaker>();
            await UntilAsync(
                () =>
                {
                    requests.WithLabels("shop", "v1", "200").Inc(20);
                    requests.WithLabels("shop", "v2", "500").Inc(10);
                    return Task.FromResult(waker.Take().Contains((request.Key, true)));
                },
                limit.Token);
            Assert.Equal(Verdict.Failed, Observe(first, request)!.Metrics[0].Verdict);

            using var second = Host(port);
            await second.StartAsync(limit.Token);
            second.Services.GetRequiredService<IEvidence>().Track(request);

            // Nothing is counted any more, so both come to rest on the same samples.
            await UntilAsync(
                () => Task.FromResult(Observe(first, request) is { } one && one.CanaryRequestsInStep > 0 && one == Observe(second, request)), limit.Token);
            await second.StopAsync(limit.Token);
            await first.StopAsync(limit.Token);
        }
        finally
        {
            prometheus.Kill();
            await prometheus.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(folder, true);
        }
    }

    private static AnalysisObservation? Observe(IHost host, EvidenceRequest request) =>
        host.Services.GetRequiredService<IEvidence>().Observe(request.Key, request.State, TimeProvider.System.GetUtcNow());

    private static IHost Host(int port)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLogging();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<RecordingWaker>();
        builder.Services.AddSingleton<IRolloutWaker>(provider => provider.GetRequiredService<RecordingWaker>());
        builder.Services.AddSingleton<IMetricFactory>(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry()));
        builder.Services.AddQuartz();
        builder.Services.AddQuartzHostedService();
        builder.Services.AddPrometheusEvidence(new PrometheusOptions { Url = $"http://127.0.0.1:{port}" });
        return builder.Build();
    }

    private static async Task<WebApplication> StartGatewayAsync(CollectorRegistry registry)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapMetrics("/metrics", registry);
        await app.StartAsync();
        return app;
    }

    private static async Task<Process> StartPrometheusAsync(string program, string folder, int port, string gateway)
    {
        await File.WriteAllTextAsync(
            Path.Combine(folder, "prometheus.yaml"),
            $"""
            global: {"{"}scrape_interval: 1s, scrape_timeout: 1s{"}"}
            scrape_configs:
            - job_name: gateway
              static_configs: [{"{"}targets: ['{new Uri(gateway).Authority}']{"}"}]
            """);
        return Process.Start(new ProcessStartInfo(program)
        {
            ArgumentList =
            {
                $"--config.file={folder}/prometheus.yaml", $"--storage.tsdb.path={folder}/data", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
            },
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
    }

    private static async Task<string> ScrapesAsync(int port, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        try
        {
            return await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/api/v1/query?query=canary_gateway_requests_total"), cancellation);
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, CancellationToken cancellation)
    {
        while (!await holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
