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

    public VersionMetrics(string route, string version, Counter requests, Histogram.Child duration, Gauge.Child weight, Gauge.Child healthy)
    {
        (_route, _version, _requests, _duration, _weight, _healthy) = (route, version, requests, duration, weight, healthy);
        foreach (var code in ShownFromStart)
        {
            ByCode(code);
        }
    }

    public void Count(int code) => ByCode(code).Inc();

    public void Took(TimeSpan duration) => _duration.Observe(duration.TotalSeconds);

    public void Weighs(double ratio) => _weight.Set(ratio);

    public void Healthy(int destinations) => _healthy.Set(destinations);

    private Counter.Child ByCode(int code)
    {
        var index = Math.Clamp(code, FirstCode, LastCode) - FirstCode;
        return _byCode[index] ??= _requests.WithLabels(_route, _version, code.ToString());
    }
}
