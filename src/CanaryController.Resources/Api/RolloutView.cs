using CanaryController.Core.Analysis;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;

namespace CanaryController.Resources.Api;

/// <summary>One rollout as the API shows it: <c>GET /v1/namespaces/{ns}/rollouts/{name}</c>.</summary>
public sealed record RolloutView
{
    /// <summary>The namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The name, unique in the namespace.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands.</summary>
    public required RolloutPhase Phase { get; init; }

    /// <summary>The revision with all traffic at rest.</summary>
    public string? StableRevision { get; init; }

    /// <summary>The revision under way, or the last one that was.</summary>
    public string? CanaryRevision { get; init; }

    /// <summary>The revision asked for last; commands compare against it.</summary>
    public string? TargetRevision { get; init; }

    /// <summary>The try of the canary revision, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>The present step, from 1; 0 when there is none.</summary>
    public int Step { get; init; }

    /// <summary>The steps of the revision under way, or of the next one.</summary>
    public required IReadOnlyList<StepView> Steps { get; init; }

    /// <summary>The canary's weight that is wanted, percent.</summary>
    public decimal WantedWeightPercent { get; init; }

    /// <summary>The canary's weight that the router carries out, percent; null when that is not known.</summary>
    public decimal? ObservedWeightPercent { get; init; }

    /// <summary>Each metric as of now; read from the cluster without the controller, as of the last transition.</summary>
    public required IReadOnlyList<MetricView> Metrics { get; init; }

    /// <summary>What it waits for, one sentence each.</summary>
    public required IReadOnlyList<string> WaitingFor { get; init; }

    /// <summary>What closes its window now, whether anything waits or not; null while it is open. Read from the cluster without the controller: only while it keeps the rollout waiting.</summary>
    public WindowView? Window { get; init; }

    /// <summary>kstatus and own conditions.</summary>
    public required IReadOnlyList<ConditionView> Conditions { get; init; }

    /// <summary>Why the last transition happened.</summary>
    public required RolloutReason Reason { get; init; }

    /// <summary>The same in one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>When the phase was entered.</summary>
    public DateTimeOffset PhaseSince { get; init; }

    /// <summary>When the router took the step's split up; null when it has not.</summary>
    public DateTimeOffset? StepSince { get; init; }

    /// <summary>What is left of the present step's hold, seconds; null when there is none.</summary>
    public double? HoldLeftSeconds { get; init; }

    /// <summary>Requests that the canary answered at this step; null when not known.</summary>
    public long? CanaryRequestsInStep { get; init; }

    /// <summary>The canary's share of the requests that were counted at <see cref="RequestShareStep"/>, percent; null when nothing was counted.</summary>
    public decimal? RequestSharePercent { get; init; }

    /// <summary>The step that this share is of, from 1: the present one as the controller tells it, the last one that was counted as the Kubernetes status tells it. Null without a share.</summary>
    public int? RequestShareStep { get; init; }

    /// <summary>How that stands to the wanted weight; null when nothing was counted, and while requests are matched or mirrored. It decides nothing.</summary>
    public ShareVerdict? RequestShare { get; init; }

    /// <summary>Who approved the present step so far.</summary>
    public required IReadOnlyList<string> Approvers { get; init; }

    /// <summary>Their answers, oldest first.</summary>
    public IReadOnlyList<ApprovalView> Approvals { get; init; } = [];

    /// <summary>What is wrong with the resource's present text; empty when it is in force.</summary>
    public required IReadOnlyList<FieldProblem> Problems { get; init; }

    /// <summary>Rises with each write of the state.</summary>
    public required long ResourceVersion { get; init; }
}

/// <summary>An approval of the present step.</summary>
/// <param name="Approver">Who, as the audit trail calls them.</param>
/// <param name="At">When.</param>
/// <param name="Via">By what way; null where nobody vouches for who it was.</param>
/// <param name="Comment">Why, if said.</param>
public sealed record ApprovalView(string Approver, DateTimeOffset At, ApproverSource? Via, string? Comment);

/// <summary>A step as the API shows it.</summary>
public sealed record StepView
{
    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    /// <summary>The canary's share, percent.</summary>
    public required decimal WeightPercent { get; init; }

    /// <summary>How long traffic rests here at least, seconds.</summary>
    public double HoldSeconds { get; init; }

    /// <summary>How many requests the canary must have answered here.</summary>
    public long MinRequests { get; init; }

    /// <summary>The name of the approval that it waits for; null for none.</summary>
    public string? Approval { get; init; }

    /// <summary>How many must approve.</summary>
    public int ApprovalsRequired { get; init; }

    /// <summary>Its gates.</summary>
    public IReadOnlyList<StepGateView> Gates { get; init; } = [];

    /// <summary>Where the rollout is on its way.</summary>
    public required StepStatus Status { get; init; }
}

/// <summary>A gate of a step.</summary>
public sealed record StepGateView
{
    /// <summary>Its name, unique in the step.</summary>
    public required string Name { get; init; }

    /// <summary>What it is asked about.</summary>
    public required GateMoment When { get; init; }

    /// <summary>What it said last about the revision under way; null when it said nothing yet, is not asked any more, or only the controller knows.</summary>
    public GateStatus? Status { get; init; }

    /// <summary>The same in one sentence.</summary>
    public string? Message { get; init; }
}

/// <summary>Where the rollout is on its way.</summary>
public enum StepStatus
{
    /// <summary>Still to come.</summary>
    Pending,

    /// <summary>Now.</summary>
    Active,

    /// <summary>Left behind.</summary>
    Done,

    /// <summary>It ended here by a rollback.</summary>
    Failed,
}

/// <summary>A metric as the API shows it.</summary>
public sealed record MetricView
{
    /// <summary>The metric's name.</summary>
    public required string Name { get; init; }

    /// <summary>What is measured.</summary>
    public required MetricKind Kind { get; init; }

    /// <summary>What it comes to; null before anything was evaluated.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>The canary's value as people read it: <c>99.20 %</c>, <c>98.90 % within 500 ms</c>, <c>12.5</c>; null when there is none.</summary>
    public string? Value { get; init; }

    /// <summary>Stable's value likewise; for durations the share alone, within the same bound.</summary>
    public string? StableValue { get; init; }

    /// <summary>The threshold as people read it: <c>min 99 %</c>, <c>max 500 ms</c>, <c>at most 1.2x stable</c>.</summary>
    public required string Threshold { get; init; }

    /// <summary>The canary's requests behind the value. The HTTP API always tells it; null only where the controller was not asked.</summary>
    public long? Requests { get; init; }

    /// <summary>Strength of the evidence against the canary: 0 none, 1 = rolled back. The HTTP API always tells it; null only where the controller was not asked.</summary>
    public double? EvidenceRatio { get; init; }

    /// <summary>The verdict in one sentence.</summary>
    public required string Message { get; init; }
}

/// <summary>A closed window: traffic does not move forward. Aborts and rollbacks do not wait for it.</summary>
/// <param name="ClosedBy">What closes it, like <c>FreezeWindow year-end</c>.</param>
/// <param name="Message">The same in one sentence.</param>
/// <param name="OpensAt">When it opens next; null when that is not foreseen.</param>
public sealed record WindowView(string ClosedBy, string Message, DateTimeOffset? OpensAt);

/// <summary>A condition in the form of Kubernetes' <c>metav1.Condition</c>.</summary>
/// <param name="Type">Ready, Reconciling, Stalled, RouteAccepted, AnalysisBlocked, SpecChangePending; WindowClosed while it holds.</param>
/// <param name="Status">True, False or Unknown.</param>
/// <param name="Reason">One word for machines.</param>
/// <param name="Message">One sentence for people.</param>
public sealed record ConditionView(string Type, string Status, string Reason, string Message);

/// <summary>A list: <c>GET /v1/namespaces/{ns}/rollouts</c>; <c>-</c> as the namespace means all.</summary>
/// <param name="Items">Ordered by namespace and name.</param>
public sealed record RolloutList(IReadOnlyList<RolloutView> Items);

/// <summary>What became of a revision: an item of <c>GET .../history</c>.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Message">Why, in one sentence.</param>
/// <param name="StartedAt">When the attempt began.</param>
/// <param name="EndedAt">When it was decided.</param>
public sealed record RevisionView(
    string Revision, RevisionOutcome Outcome, RolloutReason Reason, string Message, DateTimeOffset StartedAt, DateTimeOffset EndedAt)
{
    /// <summary>Who let it start and go on despite windows and limits, and why; null when nobody did.</summary>
    public string? BreakGlass { get; init; }
}

/// <summary><c>GET .../history</c>.</summary>
/// <param name="Revisions">The last 10 revisions, newest first.</param>
/// <param name="Events">The last 200 transitions, newest first.</param>
/// <param name="Commands">The last 200 commands, newest first: the audit trail.</param>
public sealed record HistoryView(IReadOnlyList<RevisionView> Revisions, IReadOnlyList<RolloutEvent> Events, IReadOnlyList<CommandView> Commands);

/// <summary>One transition, as <c>/v1/events</c> sends it (event name <c>transition</c>, SSE id = <see cref="Id"/>).</summary>
public sealed record RolloutEvent
{
    /// <summary>Rises over all rollouts; give it as Last-Event-ID to go on after it.</summary>
    public required long Id { get; init; }

    /// <summary>The rollout's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The rollout's name.</summary>
    public required string Name { get; init; }

    /// <summary>Rises by one a transition of this rollout; the pair with namespace and name is unique for ever.</summary>
    public required long Sequence { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The phase before.</summary>
    public required RolloutPhase From { get; init; }

    /// <summary>The phase after.</summary>
    public required RolloutPhase To { get; init; }

    /// <summary>The canary's revision.</summary>
    public string? Revision { get; init; }

    /// <summary>The step after, from 1; 0 for none.</summary>
    public int Step { get; init; }

    /// <summary>The wanted weight after, percent.</summary>
    public decimal WeightPercent { get; init; }

    /// <summary>Why.</summary>
    public required RolloutReason Reason { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>Who, when a person did it.</summary>
    public string? Actor { get; init; }
}
