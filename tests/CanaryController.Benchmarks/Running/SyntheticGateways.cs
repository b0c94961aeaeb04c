using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CanaryController.Benchmarks.Running;

/// <summary>A route as synthetic gateways count it.</summary>
/// <param name="Name">The label <c>route</c>.</param>
/// <param name="Stable">The label <c>version</c> of stable's requests.</param>
/// <param name="Canary">The label <c>version</c> of the canary's.</param>
internal sealed record SyntheticRoute(string Name, string Stable, string Canary);

/// <summary>
/// Scrape targets that look like gateways with many routes: counters of two versions that rise with time, in the gateway's own names and labels. All are healthy until told otherwise. One
/// program on several ports, so that Prometheus sees several targets.
/// </summary>
internal sealed class SyntheticGateways : IAsyncDisposable
{
    private static readonly (string Bound, double Share)[] _buckets = [("0.1", 0.9), ("0.25", 0.995), ("0.5", 0.999), ("1", 1), ("+Inf", 1)];

    private readonly IReadOnlyList<SyntheticRoute> _routes;
    private readonly int _requestsASecond;
    private readonly WebApplication _app;
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private readonly ConcurrentDictionary<string, double> _failingFrom = new(StringComparer.Ordinal);

    private SyntheticGateways(int targets, IReadOnlyList<SyntheticRoute> routes, int requestsASecond)
    {
        (_routes, _requestsASecond) = (routes, requestsASecond);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls([.. Enumerable.Repeat("http://127.0.0.1:0", targets)]);
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(context => context.Response.WriteAsync(Metrics(context.Connection.LocalPort)));
    }

    public IReadOnlyList<int> Ports => [.. _app.Urls.Select(url => new Uri(url).Port)];

    private double Seconds => TimeProvider.System.GetElapsedTime(_began).TotalSeconds;

    /// <summary>Starts them.</summary>
    /// <param name="targets">How many.</param>
    /// <param name="routes">What each of them counts.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="requestsASecond">The least that each target counts of each version; some routes have up to 6 more.</param>
    public static async Task<SyntheticGateways> StartAsync(int targets, IReadOnlyList<SyntheticRoute> routes, CancellationToken cancellation, int requestsASecond = 5)
    {
        var gateways = new SyntheticGateways(targets, routes, requestsASecond);
        await gateways._app.StartAsync(cancellation);
        return gateways;
    }

    /// <summary>From now on every request to the canary of a route fails.</summary>
    public void Fail(string route) => _failingFrom[route] = Seconds;

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private string Metrics(int port)
    {
        var seconds = Seconds;
        var text = new StringBuilder(_routes.Count * 1500);
        text.Append("# TYPE canary_gateway_requests_total counter\n");
        for (var index = 0; index < _routes.Count; index++)
        {
            var (route, rate) = (_routes[index], Rate(index, port));
            Requests(text, route.Name, route.Stable, rate, seconds, seconds);
            Requests(text, route.Name, route.Canary, rate, seconds, Math.Min(seconds, _failingFrom.GetValueOrDefault(route.Name, double.MaxValue)));
        }

        text.Append("# TYPE canary_gateway_request_duration_seconds histogram\n");
        for (var index = 0; index < _routes.Count; index++)
        {
            var requests = Math.Floor(seconds * Rate(index, port));
            foreach (var version in (ReadOnlySpan<string>)[_routes[index].Stable, _routes[index].Canary])
            {
                foreach (var (bound, share) in _buckets)
                {
                    Line(text, "request_duration_seconds_bucket", _routes[index].Name, version, $"le=\"{bound}\"", Math.Floor(requests * share));
                }
            }
        }

        return text.ToString();
    }

    private int Rate(int route, int port) => _requestsASecond + ((route + port) % 7);

    private static void Requests(StringBuilder text, string route, string version, int rate, double seconds, double healthySeconds)
    {
        var (all, healthy) = (Math.Floor(seconds * rate), Math.Floor(healthySeconds * rate));
        var failed = Math.Floor(healthy / 500) + all - healthy;
        Line(text, "requests_total", route, version, "code=\"200\"", all - failed);
        Line(text, "requests_total", route, version, "code=\"500\"", failed);
    }

    private static void Line(StringBuilder text, string name, string route, string version, string label, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"canary_gateway_{name}{{route=\"{route}\",version=\"{version}\",{label}}} {value}\n");
}
