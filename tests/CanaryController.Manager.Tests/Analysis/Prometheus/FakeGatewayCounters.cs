using System.Globalization;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

/// <summary>What a gateway counts for one route, scraped into a <see cref="FakePrometheus"/> at each interval.</summary>
internal sealed class FakeGatewayCounters(FakePrometheus prometheus, string route, string instance = "127.0.0.1:9091", params double[] bounds)
{
    private readonly double[] _bounds = bounds.Length > 0 ? bounds : [0.1, 0.5, 1];
    private readonly Dictionary<(string Version, string Code), double> _requests = [];
    private readonly Dictionary<(string Version, string Le), double> _buckets = [];

    /// <summary>A label that the provider adds.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>Counts requests.</summary>
    public FakeGatewayCounters Count(string version, int good, int bad = 0, double seconds = 0.05)
    {
        Add(_requests, (version, "200"), good);
        Add(_requests, (version, "500"), bad);
        foreach (var bound in _bounds)
        {
            Add(_buckets, (version, bound.ToString(CultureInfo.InvariantCulture)), seconds <= bound ? good + bad : 0);
        }

        Add(_buckets, (version, "+Inf"), good + bad);
        return this;
    }

    /// <summary>The process starts again: every counter from nothing.</summary>
    public void Restart()
    {
        _requests.Clear();
        _buckets.Clear();
    }

    /// <summary>A scrape that began then.</summary>
    public void Scrape(DateTimeOffset at)
    {
        foreach (var ((version, code), value) in _requests.Where(each => each.Value > 0 || each.Key.Code == "200"))
        {
            prometheus.Add(Labels("canary_gateway_requests_total", version, "code", code), at.ToUnixTimeMilliseconds(), value);
        }

        foreach (var ((version, le), value) in _buckets)
        {
            prometheus.Add(Labels("canary_gateway_request_duration_seconds_bucket", version, "le", le), at.ToUnixTimeMilliseconds(), value);
        }
    }

    private static void Add<T>(Dictionary<T, double> counters, T key, int more)
        where T : notnull => counters[key] = counters.GetValueOrDefault(key) + more;

    private Dictionary<string, string> Labels(string name, string version, string extra, string value) => new(StringComparer.Ordinal)
    {
        ["__name__"] = name,
        ["job"] = "gateway",
        ["instance"] = instance,
        ["route"] = route,
        ["version"] = version,
        ["cluster"] = Cluster,
        [extra] = value,
    };
}
