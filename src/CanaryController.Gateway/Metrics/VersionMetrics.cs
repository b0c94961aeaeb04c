using Prometheus;

namespace CanaryController.Gateway.Metrics;

/// <summary>One version's metrics with their labels already looked up: counting a request allocates nothing.</summary>
internal sealed class VersionMetrics
{
    private const int FirstCode = 100;
    private const int LastCode = 599;

    /// <summary>Counted from 0 from the start, so that the first failure is an increase and not a new series.</summary>
    private static readonly int[] ShownFromStart = [200, 500, 502, 503, 504];
    private readonly string _route;
    private readonly string _version;
    private readonly Counter _requests;
    private readonly Histogram.Child _duration;
    private readonly Gauge.Child _weight;
    private readonly Gauge.Child _healthy;
    private readonly Counter.Child?[] _byCode = new Counter.Child?[LastCode - FirstCode + 1];
    private bool _retired;

    public VersionMetrics(string route, string version, Counter requests, Histogram.Child duration, Gauge.Child weight, Gauge.Child healthy)
    {
        (_route, _version, _requests, _duration, _weight, _healthy) = (route, version, requests, duration, weight, healthy);
        foreach (var code in ShownFromStart)
        {
            ByCode(code);
        }
    }

    /// <summary>Counts an answer. A status that is none (below 100, above 599) counts as 599: such an answer is to be taken for a 5xx (RFC 9110, 15).</summary>
    public void Count(int code) => ByCode(code is < FirstCode or > LastCode ? LastCode : code)?.Inc();

    /// <summary>Shows no new series from now on: requests still under way would bring back a version that is gone.</summary>
    public void Retire()
    {
        lock (_byCode)
        {
            _retired = true;
        }
    }

    public void Took(TimeSpan duration) => _duration.Observe(duration.TotalSeconds);

    public void Weighs(double ratio) => _weight.Set(ratio);

    public void Healthy(int destinations) => _healthy.Set(destinations);

    private Counter.Child? ByCode(int code) => _byCode[code - FirstCode] ?? New(code);

    private Counter.Child? New(int code)
    {
        lock (_byCode)
        {
            return _retired ? null : _byCode[code - FirstCode] ??= _requests.WithLabels(_route, _version, code.ToString());
        }
    }
}
