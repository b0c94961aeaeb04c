namespace CanaryController.Benchmarks.Running;

/// <summary>What Prometheus uses of the CPU from the moment that this is made.</summary>
internal sealed class PrometheusCpu(BenchStage stage)
{
    private readonly double _seconds = ProcessFigures.CpuSeconds(stage.PrometheusId);
    private readonly long _began = TimeProvider.System.GetTimestamp();

    /// <summary>Seconds since then.</summary>
    public double Elapsed => TimeProvider.System.GetElapsedTime(_began).TotalSeconds;

    /// <summary>Seconds of CPU a second.</summary>
    public double PerSecond => (ProcessFigures.CpuSeconds(stage.PrometheusId) - _seconds) / Elapsed;

    /// <summary>Seconds of CPU beside what it uses anyway, which is <paramref name="idle"/> a second.</summary>
    public double Above(double idle) => ProcessFigures.CpuSeconds(stage.PrometheusId) - _seconds - (idle * Elapsed);
}
