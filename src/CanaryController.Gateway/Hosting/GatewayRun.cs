using CanaryController.Gateway.Configuration;

namespace CanaryController.Gateway.Hosting;

/// <summary>Runs the gateway until it is told to stop.</summary>
internal static partial class GatewayRun
{
    /// <summary>The program's exit code: 0 after an orderly stop, 1 when it could not start.</summary>
    public static async Task<int> RunAsync(string configurationFile, GatewayOptions options, ILoggerFactory logs, CancellationToken stop)
    {
        var log = logs.CreateLogger("CanaryController.Gateway");
        await using var gateway = new GatewayApplication(options, logs, TimeProvider.System);
        // Before the start, which waits for the first round of checks: an edit meanwhile is seen as one.
        var watch = gateway.Watch(configurationFile);
        try
        {
            await gateway.StartAsync(stop);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or FormatException)
        {
            LogNotStarted(log, failed.Message);
            return 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }

        LogStarted(log, gateway.TrafficAddress, gateway.AdminAddress, options.Routes.Count);
        await watch.RunAsync(stop);
        LogStopping(log, options.ShutdownTimeout);
        await gateway.StopAsync();
        return 0;
    }

    [LoggerMessage(1, LogLevel.Information, "Listening on {Traffic}, admin on {Admin}, {Routes} routes")]
    private static partial void LogStarted(ILogger log, Uri traffic, Uri admin, int routes);

    [LoggerMessage(2, LogLevel.Critical, "Could not start: {Message}")]
    private static partial void LogNotStarted(ILogger log, string message);

    [LoggerMessage(3, LogLevel.Information, "Stopping: requests under way have {Timeout} to finish")]
    private static partial void LogStopping(ILogger log, TimeSpan timeout);
}
