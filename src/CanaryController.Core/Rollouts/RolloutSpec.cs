using CanaryController.Core.Analysis;
using CanaryController.Core.Approvals;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts;

/// <summary>What the user wants of a rollout, valid by construction: made from a checked resource only.</summary>
public sealed record RolloutSpec
{
    /// <summary>Who runs the versions.</summary>
    public required WorkloadKind Workload { get; init; }

    /// <summary>The revision that is stable before the first rollout. For <see cref="WorkloadKind.External"/> it comes from the resource.</summary>
    public string? InitialStableRevision { get; init; }

    /// <summary>The steps, in order, weights never falling; at least one.</summary>
    public required EquatableArray<RolloutStep> Steps { get; init; }

    /// <summary>What is judged, and what happens when it cannot be.</summary>
    public AnalysisPolicy Analysis { get; init; } = new();

    /// <summary>How long capacity or the router may take to become ready before the rollout is aborted. Default 10 minutes.</summary>
    public TimeSpan ProgressDeadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a version without traffic keeps its pods for requests still under way. Default 30 seconds.</summary>
    public TimeSpan DrainDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many promotions back an earlier stable revision may return to at weight 100 at once, still judged. Default 0: never.</summary>
    public int RollbackWindowRevisions { get; init; }

    /// <summary>Names of the channels that hear of the rollout. Nothing is decided by them.</summary>
    public EquatableArray<string> Channels { get; init; }
}

/// <summary>Who runs the versions.</summary>
public enum WorkloadKind
{
    /// <summary>The controller scales the canary and hands it over at promotion (Kubernetes Deployments).</summary>
    Managed,

    /// <summary>Somebody else starts and stops the versions; the controller only moves traffic.</summary>
    External,
}

/// <summary>A place where traffic rests, and the conditions to leave it.</summary>
public sealed record RolloutStep
{
    /// <summary>The canary's share while at this step.</summary>
    public required CanaryWeight Weight { get; init; }

    /// <summary>How long traffic rests here at least, from the moment the router took the split up.</summary>
    public TimeSpan Hold { get; init; }

    /// <summary>How many requests the canary must have answered at this step.</summary>
    public long MinRequests { get; init; }

    /// <summary>The canary's size at this step; null = the weight's share of stable's size at the rollout's start, rounded up.</summary>
    public ReplicaTarget? Replicas { get; init; }

    /// <summary>Who must agree; null = nobody.</summary>
    public ApprovalRequirement? Approval { get; init; }

    /// <summary>Webhooks that have a word in it.</summary>
    public EquatableArray<GateSpec> Gates { get; init; }

    /// <summary>Requests that go to the canary while at this step, whatever the weight.</summary>
    public EquatableArray<RequestMatch> Matches { get; init; }

    /// <summary>The canary gets a copy of each request while at this step; counts at weight 0 only.</summary>
    public bool IsMirrored { get; init; }

    /// <summary>Metrics judged at this step beside the rollout's own.</summary>
    public EquatableArray<MetricSpec> Metrics { get; init; }
}

/// <summary>A canary size: a number of pods or a share of stable's.</summary>
/// <param name="Count">Pods; null when a share is given.</param>
/// <param name="Percent">Share of stable's size at the rollout's start, 1 to 100, rounded up; null when a count is given.</param>
public sealed record ReplicaTarget(int? Count, int? Percent);

/// <summary>An approval that a step waits for.</summary>
public sealed record ApprovalRequirement
{
    /// <summary>Shown to the approvers.</summary>
    public required string Name { get; init; }

    /// <summary>How many different people must approve. Default 1.</summary>
    public int Required { get; init; } = 1;

    /// <summary>Who may approve; null = whoever may send the answer.</summary>
    public ApproverList? Approvers { get; init; }

    /// <summary>The author of the revision may not approve it.</summary>
    public bool RefusesAuthor { get; init; }

    /// <summary>How long to wait once everything else holds; null = for ever.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What happens at the timeout.</summary>
    public ApprovalTimeoutAction OnTimeout { get; init; } = ApprovalTimeoutAction.Abort;

    /// <summary>Names of the channels where approvers are asked, beside the rollout's own. Nothing is decided by them.</summary>
    public EquatableArray<string> Channels { get; init; }
}

/// <summary>What happens when nobody approved in time.</summary>
public enum ApprovalTimeoutAction
{
    /// <summary>Roll back.</summary>
    Abort,

    /// <summary>Go on as if approved.</summary>
    Promote,

    /// <summary>Keep waiting.</summary>
    Hold,
}
