using CanaryController.Resources.Notifications;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Reading;

/// <summary>The kinds that one file may hold beside each other; each has its own reader, which passes over the others.</summary>
internal static class OtherKinds
{
    private static readonly string[] _all = [Rollout.KindText, MetricTemplate.KindText, MetricTemplate.ClusterKindText, NotificationChannel.KindText, FreezeWindow.KindText, FreezeWindow.ClusterKindText, ApprovalResource.KindText];

    /// <summary>All but one.</summary>
    public static IEnumerable<string> Than(string kind) => _all.Where(other => other != kind);
}
