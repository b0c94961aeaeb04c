namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>What the informers log: changes only. Event ids 5000 to 5099.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(5000, LogLevel.Information, "{Count} {Kind} objects are known {Where}.")]
    public static partial void Synced(this ILogger logger, ObjectKind kind, string where, int count);

    [LoggerMessage(5001, LogLevel.Warning, "{Problem}")]
    public static partial void InformerFails(this ILogger logger, string problem);

    [LoggerMessage(5002, LogLevel.Information, "{Kind} objects are followed again {Where}.")]
    public static partial void InformerIsBack(this ILogger logger, ObjectKind kind, string where);

    [LoggerMessage(5003, LogLevel.Information, "The cluster has no {Resource}; it is looked for again about every 45 s.")]
    public static partial void ResourceIsMissing(this ILogger logger, string resource);

    [LoggerMessage(5004, LogLevel.Warning, "{Kind} {Name} cannot be read and is left as it was known before: {Problem}")]
    public static partial void ObjectUnreadable(this ILogger logger, ObjectKind kind, ObjectName name, string problem);

    [LoggerMessage(5005, LogLevel.Error, "Whoever listens to changes failed at {Name}; the others were told.")]
    public static partial void ListenerFailed(this ILogger logger, ObjectName name, Exception failure);

    [LoggerMessage(5006, LogLevel.Error, "Following {Kind} objects {Where} stopped by an error of its own; it starts again.")]
    public static partial void InformerFailed(this ILogger logger, ObjectKind kind, string where, Exception failure);
}
