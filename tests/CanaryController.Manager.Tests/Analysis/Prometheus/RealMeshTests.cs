using System.Collections.Concurrent;
using CanaryController.Core.Analysis;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Analysis.Prometheus;
using CanaryController.Manager.Analysis.Prometheus.Sources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

/// <summary>
/// Every metric source against the real program, which scrapes its real names and labels: counters that start again, pods that go, and failures whose series did not exist before.
/// </summary>
public sealed class RealMeshTests
{
    private const int ScrapeMs = 500;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Each_source_is_counted_to_the_request_through_resets_and_gone_pods()
    {
        using var limit = new CancellationTokenSource(Limit);
        var texts = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        await using var exporter = await StartExporterAsync(texts);

        var meshes = MeshCases.All;
        var pages = meshes.ToDictionary(mesh => mesh.Name, mesh => new MeshPage(mesh).Count(Arm.Stable, 500).Count(Arm.Canary, 0), StringComparer.Ordinal);
        await using var prometheus = await RealPrometheus.StartAsync(exporter.Urls.First(), meshes.Select(mesh => (mesh.Name, $"/metrics/{mesh.Name}")), ScrapeMs);
        Show(pages, texts);
        await prometheus.UntilAsync($"count(min_over_time(up[2s]) == 1) == {meshes.Count}", "\"value\"", limit.Token);

        using var rig = new RealRig(prometheus.Url);
        var began = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var requests = meshes.Select(mesh => mesh.Request(began)).ToList();
        requests.ForEach(rig.Evidence.Track);
        await RestAsync(rig, limit.Token);

        // A step counts the blocks that begin after it.
        await RunAsync(rig, pages, texts, 8, page => page.Count(Arm.Stable, 40).Count(Arm.Canary, 12, seconds: 0.02), limit.Token);
        await RestAsync(rig, limit.Token);
        foreach (var page in pages.Values)
        {
            page.Restart();
        }

        await RunAsync(rig, pages, texts, 4, page => page.Count(Arm.Stable, 5).Count(Arm.Canary, 5), limit.Token);
        await RestAsync(rig, limit.Token);
        foreach (var page in pages.Values)
        {
            page.Vanish(Arm.Stable);
        }

        await RunAsync(rig, pages, texts, 4, page => page.Count(Arm.Canary, 10), limit.Token);
        await RunAsync(rig, pages, texts, 1, page => page.Count(Arm.Canary, 0, bad: 1), limit.Token);
        await RestAsync(rig, limit.Token);

        const double All = (8 * 12) + (4 * 5) + (4 * 10) + 1;
        Assert.Equal(
            requests.Select(request => (request.Key.Name, (long)All, (double?)(1 - (1 / All)))),
            requests.Select(request => rig.Observe(request)!.Metrics[0] is var metric ? (request.Key.Name, metric.Requests, metric.Value) : default));
        Assert.All(
            requests.Where(request => request.Spec.Analysis.Metrics.Count > 1),
            request => Assert.Equal((request.Key.Name, (long)All, Verdict.Passed), (request.Key.Name, rig.Observe(request)!.Metrics[1].Requests, rig.Observe(request)!.Metrics[1].Verdict)));

        using var restarted = new RealRig(prometheus.Url);
        requests.ForEach(restarted.Evidence.Track);
        await RestAsync(restarted, limit.Token);
        Assert.Equal(requests.Select(request => rig.Observe(request)!.CanaryRequestsInStep), requests.Select(request => restarted.Observe(request)!.CanaryRequestsInStep));

        await RunAsync(rig, pages, texts, 3, page => page.Count(Arm.Canary, 0, bad: 20), limit.Token);
        await RestAsync(rig, limit.Token);
        Assert.All(requests, request => Assert.Equal((request.Key.Name, Verdict.Failed), (request.Key.Name, rig.Observe(request)!.Metrics[0].Verdict)));
    }

    [Fact]
    public async Task Series_that_do_not_come_are_explained_by_what_is_there()
    {
        using var limit = new CancellationTokenSource(Limit);
        var texts = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        await using var exporter = await StartExporterAsync(texts);
        texts["mesh"] = """
            istio_requests_total{reporter="source",destination_service_namespace="shop",destination_service_name="checkout-canry",response_code="200"} 5
            istio_requests_total{reporter="source",destination_service_namespace="shop",destination_service_name="checkout-stable",response_code="200"} 5
            istio_requests_total{reporter="source",destination_service_namespace="prod",destination_service_name="cart-canary",response_code="200"} 5
            haproxy_server_http_responses_total{proxy="checkout",server="web1",code="2xx"} 5
            http_requests_total{namespace="shop",code="200"} 5

            """.Replace("\r", "", StringComparison.Ordinal);
        await using var prometheus = await RealPrometheus.StartAsync(exporter.Urls.First(), [("mesh", "/metrics/mesh")], ScrapeMs);
        await prometheus.UntilAsync("http_requests_total", "shop", limit.Token);
        using var rig = new RealRig(prometheus.Url);

        async Task<string?> Why(string name, Func<MeshCase, MeshCase>? edit = null)
        {
            var mesh = MeshCases.All.Single(each => each.Name == name);
            return await rig.Diagnosis.ExplainAsync(CounterSources.Of((edit?.Invoke(mesh) ?? mesh).Request(DateTimeOffset.UnixEpoch)), CounterKind.Requests, Arm.Canary, limit.Token);
        }

        Assert.Equal(
            """no series of istio_requests_total with reporter=~"source|waypoint" and destination_service_namespace "shop" has destination_service_name "checkout-canary"; there are "checkout-canry", "checkout-stable" """.TrimEnd(),
            await Why("istio-client"));
        Assert.Equal("Prometheus has series of istio_requests_total, but none with reporter=\"destination\"", await Why("istio-server"));
        Assert.Equal("""no series of haproxy_server_http_responses_total or haproxy_server_connection_errors_total or haproxy_server_response_errors_total with proxy "checkout" has server "v1-1"; there are "web1" """.TrimEnd(), await Why("haproxy"));
        Assert.Equal("no series of http_requests_total with namespace \"shop\" has a label pod: say in analysis.sourceLabels what it is called", await Why("application"));
        Assert.Equal("Prometheus has had no series of traefik_service_requests_total for 10 minutes: nothing that exports it is scraped", await Why("traefik"));
    }

    private static async Task RunAsync(
        RealRig rig, Dictionary<string, MeshPage> pages, ConcurrentDictionary<string, string> texts, int times, Action<MeshPage> count, CancellationToken cancellation)
    {
        for (var time = 0; time < times; time++)
        {
            foreach (var page in pages.Values)
            {
                count(page);
            }

            Show(pages, texts);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellation);
            await rig.TickAsync(cancellation);
        }
    }

    /// <summary>Nothing is counted for three scrapes: everything that was is in Prometheus, and was read.</summary>
    private static async Task RestAsync(RealRig rig, CancellationToken cancellation)
    {
        for (var time = 0; time < 6; time++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(ScrapeMs / 2), TimeProvider.System, cancellation);
            await rig.TickAsync(cancellation);
        }
    }

    private static void Show(Dictionary<string, MeshPage> pages, ConcurrentDictionary<string, string> texts)
    {
        foreach (var (name, page) in pages)
        {
            texts[name] = page.Text;
        }
    }

    private static async Task<WebApplication> StartExporterAsync(ConcurrentDictionary<string, string> texts)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet("/metrics/{name}", (string name) => Results.Text(texts.GetValueOrDefault(name, "")));
        await app.StartAsync();
        return app;
    }
}

/// <summary>The evidence without its loops, on the real clock.</summary>
internal sealed class RealRig : IDisposable
{
    private readonly CounterTicks _ticks;
    private readonly CounterCatchUp _catchUp;
    private readonly PrometheusClient _client;

    public RealRig(Uri url)
    {
        var (options, time, signals) = (new PrometheusOptions { Url = url.ToString() }, TimeProvider.System, new EvidenceSignals());
        var metrics = new EvidenceMetrics(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry()));
        _client = new PrometheusClient(new HttpClient { Timeout = Timeout.InfiniteTimeSpan }, options, time, metrics);
        var book = new EvidenceBook(time);
        var sampler = new CounterSampler(_client, book, new RecordingWaker(), metrics, time, NullLogger<CounterSampler>.Instance);
        _ticks = new CounterTicks(book, sampler, signals, time, NullLogger<CounterTicks>.Instance);
        _catchUp = new CounterCatchUp(book, sampler, new BoundsReader(_client, book, time, NullLogger<BoundsReader>.Instance), signals, time, NullLogger<CounterCatchUp>.Instance);
        Evidence = new PrometheusEvidence(book, signals);
        Diagnosis = new SeriesDiagnosis(_client, time);
    }

    public IEvidence Evidence { get; }

    public SeriesDiagnosis Diagnosis { get; }

    public AnalysisObservation? Observe(EvidenceRequest request) => Evidence.Observe(request.Key, request.State, TimeProvider.System.GetUtcNow());

    public async Task TickAsync(CancellationToken cancellation)
    {
        for (var step = 0; step < 100 && await _catchUp.StepAsync(cancellation) == true; step++)
        {
        }

        await _ticks.TickAsync(cancellation);
    }

    public void Dispose() => _client.Dispose();
}
