namespace CanaryController.Manager.Kubernetes.Access;

/// <summary>What asking the cluster about callers logs: changes only, never a token. Event ids 5250 to 5299.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(5250, LogLevel.Warning, "{Trouble}")]
    public static partial void ReviewsFail(this ILogger logger, string trouble);

    [LoggerMessage(5251, LogLevel.Information, "The API server answers {Resource}.")]
    public static partial void ReviewsAreBack(this ILogger logger, string resource);
}
