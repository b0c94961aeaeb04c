namespace CanaryController.Gateway.Routing;

internal sealed partial class RouteRegistry
{
    [LoggerMessage(100, LogLevel.Information, "Route {Route}: split of generation {Generation} is in force: {Weights}, {Matches} matches")]
    private static partial void LogSplitApplied(ILogger log, string route, long generation, string weights, int matches);

    [LoggerMessage(101, LogLevel.Error, "Route {Route}: the kept split does not fit the configuration: {Change} (generation {Generation})")]
    private static partial void LogSplitChanged(ILogger log, string route, string change, long generation);

    [LoggerMessage(102, LogLevel.Error, "The kept splits are lost, every route starts with its stable version: {Message}")]
    private static partial void LogStateBroken(ILogger log, string message);

    [LoggerMessage(103, LogLevel.Error, "A split is in force but could not be kept; a restart would go back to the one before")]
    private static partial void LogStateNotWritten(ILogger log, Exception failure);
}
