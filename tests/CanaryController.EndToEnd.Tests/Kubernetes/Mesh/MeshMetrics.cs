using Prometheus;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Mesh;

/// <summary>What the simulated mesh counts, under the names and labels of the product's own gateway.</summary>
internal sealed class MeshMetrics : IDisposable
{
    private static readonly double[] _bounds = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    private readonly MetricServer _server;
    private readonly Counter _requests;
    private readonly Histogram _durations;

    /// <summary>Serves them on a port of 127.0.0.1.</summary>
    public MeshMetrics(int port)
    {
        var registry = Metrics.NewCustomRegistry();
        var metrics = Metrics.WithCustomRegistry(registry);
        _requests = metrics.CreateCounter("canary_gateway_requests_total", "Requests that the routes would have carried.", "route", "version", "code");
        _durations = metrics.CreateHistogram(
            "canary_gateway_request_duration_seconds", "How long they would have taken.", ["route", "version"], new HistogramConfiguration { Buckets = _bounds });
        _server = new MetricServer("127.0.0.1", port, registry: registry);
        _server.Start();
    }

    /// <summary>Counts requests of one version.</summary>
    public void Count(string route, string version, long requests, long failed, TimeSpan duration)
    {
        _requests.WithLabels(route, version, "200").Inc(requests - failed);
        _requests.WithLabels(route, version, "500").Inc(failed);
        if (requests > 0)
        {
            _durations.WithLabels(route, version).Observe(duration.TotalSeconds, requests);
        }
    }

    public void Dispose()
    {
        _server.Stop();
        _server.Dispose();
    }
}
