namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>The gateway's counters that built-in metrics are judged by (docs/gateway-admin-api.md, "Metrics").</summary>
internal enum CounterKind
{
    /// <summary><c>canary_gateway_requests_total</c>.</summary>
    Requests,

    /// <summary><c>canary_gateway_request_duration_seconds_bucket</c>, the buckets in use only.</summary>
    Durations,
}
