namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>What the evidence logs: changes only. Event ids 4000 to 4099.</summary>
internal static partial class EvidenceLog
{
    [LoggerMessage(4000, LogLevel.Warning, "The metrics provider fails; weights hold until it is back. {Problem}")]
    public static partial void ProviderFails(this ILogger logger, string problem);

    [LoggerMessage(4001, LogLevel.Information, "The metrics provider answers again.")]
    public static partial void ProviderIsBack(this ILogger logger);

    [LoggerMessage(4002, LogLevel.Information, "Histogram bounds of {Source}: {Bounds}.")]
    public static partial void BoundsChanged(this ILogger logger, string source, string bounds);

    [LoggerMessage(4003, LogLevel.Error, "Sampling stopped by an error of its own; it starts again.")]
    public static partial void SamplerFailed(this ILogger logger, Exception error);

    [LoggerMessage(4005, LogLevel.Error, "Why series are missing could not be found out; it is tried again.")]
    public static partial void DiagnosisFailed(this ILogger logger, Exception error);

    [LoggerMessage(4004, LogLevel.Error, "The schedule of own queries could not be arranged; it is tried again.")]
    public static partial void ScheduleFailed(this ILogger logger, Exception error);
}
