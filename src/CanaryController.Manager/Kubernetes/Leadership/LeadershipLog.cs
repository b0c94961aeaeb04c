using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Leadership;

/// <summary>What the leader election logs: changes only. Event ids 5100 to 5119.</summary>
internal static partial class LeadershipLog
{
    [LoggerMessage(5100, LogLevel.Information, "{Holder} leads, term {Term}.")]
    public static partial void Leads(this ILogger logger, string holder, int term);

    [LoggerMessage(5101, LogLevel.Warning, "{Holder} does not lead any more, after term {Term}: {Why}")]
    public static partial void LeadsNoMore(this ILogger logger, string holder, int term, string why);

    [LoggerMessage(5102, LogLevel.Information, "{Other} leads; {Holder} stands by.")]
    public static partial void StandsBy(this ILogger logger, string other, string holder);

    [LoggerMessage(5103, LogLevel.Warning, "Lease {Lease} cannot be read or renewed: {Problem}")]
    public static partial void LeaseFails(this ILogger logger, ObjectName lease, string problem);

    [LoggerMessage(5104, LogLevel.Information, "{Holder} gave the lease back: the next may lead at once.")]
    public static partial void Released(this ILogger logger, string holder);

    [LoggerMessage(5105, LogLevel.Error, "Whoever listens to changes of leadership failed; the others were told.")]
    public static partial void ListenerFailed(this ILogger logger, Exception failure);
}
