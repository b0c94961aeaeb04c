namespace CanaryController.Manager.Kubernetes.Admission;

/// <summary>What admission logs: changes and errors. Event ids 5200 to 5249.</summary>
internal static partial class AdmissionLog
{
    [LoggerMessage(5200, LogLevel.Information, "Admission listens on {Address}.")]
    public static partial void Listens(this ILogger logger, string address);

    [LoggerMessage(5201, LogLevel.Error, "{Hook} failed at {Operation} of {Kind} {Name}; {Then}.")]
    public static partial void HookFailed(this ILogger logger, string hook, AdmissionOperation operation, string kind, Client.ObjectName name, string then, Exception failure);

    [LoggerMessage(5202, LogLevel.Warning, "{Hook} cannot decide: {Why}. This is said once until it can.")]
    public static partial void CannotDecide(this ILogger logger, string hook, string why);

    [LoggerMessage(5203, LogLevel.Information, "{Hook} decides again.")]
    public static partial void DecidesAgain(this ILogger logger, string hook);

    [LoggerMessage(5204, LogLevel.Information, "Requests of {User} are the controller's own: hooks leave them alone.")]
    public static partial void KnowsItself(this ILogger logger, string user);

    [LoggerMessage(5205, LogLevel.Warning, "{Problem}")]
    public static partial void KnowsNotItself(this ILogger logger, string problem);

    [LoggerMessage(5210, LogLevel.Information, "Admission serves a certificate that is valid until {Until}.")]
    public static partial void Serves(this ILogger logger, DateTimeOffset until);

    [LoggerMessage(5211, LogLevel.Warning, "{Problem}")]
    public static partial void CertificateProblem(this ILogger logger, string problem);

    [LoggerMessage(5212, LogLevel.Information, "Secret {Secret} was given: {What}.")]
    public static partial void SecretWritten(this ILogger logger, Client.ObjectName secret, string what);

    [LoggerMessage(5213, LogLevel.Information, "{Kind} {Name} has the caBundle now.")]
    public static partial void BundlePublished(this ILogger logger, string kind, string name);

    [LoggerMessage(5214, LogLevel.Error, "Keeping the certificates failed by an error of its own; it is tried again.")]
    public static partial void KeeperFailed(this ILogger logger, Exception failure);
}
