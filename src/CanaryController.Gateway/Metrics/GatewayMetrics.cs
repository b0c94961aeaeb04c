using Prometheus;

namespace CanaryController.Gateway.Metrics;

/// <summary>All metrics of the gateway, in a registry of their own.</summary>
internal sealed class GatewayMetrics
{
    private static readonly double[] Bounds = [.005, .01, .025, .05, .075, .1, .15, .2, .25, .3, .4, .5, .75, 1, 1.5, 2.5, 5, 10];
    private readonly Counter _requests;
    private readonly Histogram _durations;
    private readonly Gauge _weights;
    private readonly Gauge _healthy;
    private readonly Gauge _generation;
    private readonly Counter _unmatched;
    private readonly Gauge _configurationValid;
    private readonly Counter _reloads;
    private readonly Counter _stateFailures;

    public GatewayMetrics()
    {
        var metrics = Prometheus.Metrics.WithCustomRegistry(Registry);
        _requests = metrics.CreateCounter("canary_gateway_requests_total", "Requests by the status that the user got; 499: the user went away.", "route", "version", "code");
        _durations = metrics.CreateHistogram(
            "canary_gateway_request_duration_seconds",
            "Seconds from the request's arrival until the last byte of its response; upgraded connections are not in it.",
            ["route", "version"],
            new HistogramConfiguration { Buckets = Bounds, ExemplarBehavior = ExemplarBehavior.NoExemplars() });
        _weights = metrics.CreateGauge("canary_gateway_weight_ratio", "The share that the split in force gives to a version.", "route", "version");
        _healthy = metrics.CreateGauge("canary_gateway_healthy_destinations", "Addresses of a version that are known to be healthy.", "route", "version");
        _generation = metrics.CreateGauge("canary_gateway_split_generation", "The generation of the split in force.", "route");
        _unmatched = metrics.CreateCounter("canary_gateway_unmatched_requests_total", "Requests that no route takes; they got 404.");
        _configurationValid = metrics.CreateGauge("canary_gateway_configuration_valid", "1 when the configuration file is what the gateway runs with, 0 when an edit was refused.");
        _reloads = metrics.CreateCounter("canary_gateway_configuration_reloads_total", "Edits of the configuration file.", "result");
        _stateFailures = metrics.CreateCounter("canary_gateway_state_write_failures_total", "Splits that are in force but could not be kept in the state file.");
        _reloads.WithLabels("accepted");
        _reloads.WithLabels("refused");
        _configurationValid.Set(1);
        DotNetStats.Register(Registry);
    }

    public CollectorRegistry Registry { get; } = Prometheus.Metrics.NewCustomRegistry();

    public VersionMetrics ForVersion(string route, string version) =>
        new(route, version, _requests, _durations.WithLabels(route, version), _weights.WithLabels(route, version), _healthy.WithLabels(route, version));

    /// <summary>Forgets a version that is no longer configured.</summary>
    public void Retire(string route, string version, VersionMetrics counted)
    {
        counted.Retire();
        foreach (var labels in _requests.GetAllLabelValues().Where(labels => labels[0] == route && labels[1] == version).ToList())
        {
            _requests.RemoveLabelled(labels);
        }

        _durations.RemoveLabelled(route, version);
        _weights.RemoveLabelled(route, version);
        _healthy.RemoveLabelled(route, version);
    }

    public void RetireRoute(string route) => _generation.RemoveLabelled(route);

    public void Applied(string route, long generation) => _generation.WithLabels(route).Set(generation);

    public void Unmatched() => _unmatched.Inc();

    public void ConfigurationRead(bool accepted)
    {
        _configurationValid.Set(accepted ? 1 : 0);
        _reloads.WithLabels(accepted ? "accepted" : "refused").Inc();
    }

    public void StateNotWritten() => _stateFailures.Inc();
}
