namespace CanaryController.Manager.Telemetry;

/// <summary>Says when the process begins and ends to serve.</summary>
internal sealed partial class LifetimeLog
{
    public LifetimeLog(IHostApplicationLifetime lifetime, ILogger<LifetimeLog> logger)
    {
        lifetime.ApplicationStarted.Register(() => Started(logger));
        lifetime.ApplicationStopping.Register(() => Stopping(logger));
        lifetime.ApplicationStopped.Register(() => Stopped(logger));
    }

    [LoggerMessage(EventId = 1501, Level = LogLevel.Information, Message = "canary-manager serves")]
    private static partial void Started(ILogger logger);

    [LoggerMessage(EventId = 1502, Level = LogLevel.Information, Message = "canary-manager stops: it finishes what is under way")]
    private static partial void Stopping(ILogger logger);

    [LoggerMessage(EventId = 1503, Level = LogLevel.Information, Message = "canary-manager has stopped")]
    private static partial void Stopped(ILogger logger);
}
