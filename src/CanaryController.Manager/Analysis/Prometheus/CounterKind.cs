namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>The counters that built-in metrics are judged by.</summary>
internal enum CounterKind
{
    /// <summary>Requests, by how they ended.</summary>
    Requests,

    /// <summary>A histogram of their durations, the buckets in use only.</summary>
    Durations,
}
