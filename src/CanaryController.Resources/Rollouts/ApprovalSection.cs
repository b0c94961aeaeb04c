using CanaryController.Core;
using CanaryController.Core.Rollouts;

namespace CanaryController.Resources.Rollouts;

/// <summary><c>approval</c>: people who must agree before a step is left.</summary>
public sealed record ApprovalSection
{
    /// <summary>Shown to the approvers: a DNS label. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>How many different people must approve: 1 to 10. Default 1.</summary>
    public int Required { get; init; } = 1;

    /// <summary>Who may approve. Left out: whoever may send the answer (RBAC of the cluster, roles of tokens, operators in Slack, webhook keys).</summary>
    public ApproversSection? Approvers { get; init; }

    /// <summary>
    /// Whether the author of the revision may approve it: whoever started it by a command, whom the annotation <c>canarycontroller.io/author</c> of the Deployment, its pod template or (for External) the
    /// Rollout names, and whoever admission saw change the template. While no author is known, <c>false</c> lets nobody approve. Default <c>true</c>.
    /// </summary>
    public bool AllowAuthor { get; init; } = true;

    /// <summary>Names of NotificationChannels where approvers are asked, beside the rollout's own: at most 16, each named once.</summary>
    public EquatableArray<string> Channels { get; init; }

    /// <summary>How long to wait once everything else holds: 1s to 720h. Left out: for ever.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What happens then. Default <c>Abort</c>.</summary>
    public ApprovalTimeoutAction OnTimeout { get; init; } = ApprovalTimeoutAction.Abort;
}
