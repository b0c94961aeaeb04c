using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CanaryController.Benchmarks.Running;

/// <summary>
/// Scrape targets that look like gateways with many routes: counters of two healthy versions that rise with time, in the gateway's own names and labels. One
/// program on several ports, so that Prometheus sees several targets.
/// </summary>
internal sealed class SyntheticGateways : IAsyncDisposable
{
    private static readonly (string Bound, double Share)[] _buckets = [("0.1", 0.9), ("0.25", 0.995), ("0.5", 0.999), ("1", 1), ("+Inf", 1)];

    private readonly int _routes;
    private readonly WebApplication _app;
    private readonly long _began = TimeProvider.System.GetTimestamp();

    private SyntheticGateways(int targets, int routes)
    {
        _routes = routes;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls([.. Enumerable.Repeat("http://127.0.0.1:0", targets)]);
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(context => context.Response.WriteAsync(Metrics(context.Connection.LocalPort)));
    }

    public IReadOnlyList<int> Ports => [.. _app.Urls.Select(url => new Uri(url).Port)];

    public static async Task<SyntheticGateways> StartAsync(int targets, int routes, CancellationToken cancellation)
    {
        var gateways = new SyntheticGateways(targets, routes);
        await gateways._app.StartAsync(cancellation);
        return gateways;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private string Metrics(int port)
    {
        var seconds = TimeProvider.System.GetElapsedTime(_began).TotalSeconds;
        var text = new StringBuilder(_routes * 1500);
        text.Append("# TYPE canary_gateway_requests_total counter\n");
        for (var route = 0; route < _routes; route++)
        {
            var requests = Math.Floor(seconds * (5 + ((route + port) % 7)));
            foreach (var version in (ReadOnlySpan<string>)["v1", "v2"])
            {
                Line(text, "requests_total", route, version, "code=\"200\"", requests - Math.Floor(requests / 500));
                Line(text, "requests_total", route, version, "code=\"500\"", Math.Floor(requests / 500));
            }
        }

        text.Append("# TYPE canary_gateway_request_duration_seconds histogram\n");
        for (var route = 0; route < _routes; route++)
        {
            var requests = Math.Floor(seconds * (5 + ((route + port) % 7)));
            foreach (var version in (ReadOnlySpan<string>)["v1", "v2"])
            {
                foreach (var (bound, share) in _buckets)
                {
                    Line(text, "request_duration_seconds_bucket", route, version, $"le=\"{bound}\"", Math.Floor(requests * share));
                }
            }
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, string name, int route, string version, string label, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"canary_gateway_{name}{{route=\"r{route}\",version=\"{version}\",{label}}} {value}\n");
}
