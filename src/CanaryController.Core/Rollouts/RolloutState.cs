using CanaryController.Core.Approvals;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts;

/// <summary>All that a rollout remembers between two decisions. It is persisted before anything is done about it.</summary>
public sealed record RolloutState
{
    /// <summary>Where the rollout stands.</summary>
    public RolloutPhase Phase { get; init; } = RolloutPhase.Idle;

    /// <summary>The last revision that was promoted (or adopted at first).</summary>
    public string? StableRevision { get; init; }

    /// <summary>The revision under way, or the last one that was; null before the first rollout.</summary>
    public string? CanaryRevision { get; init; }

    /// <summary>The revision asked for last, by the resource or by a command.</summary>
    public string? TargetRevision { get; init; }

    /// <summary>The revision that the resource named when it was last read; a change of it is a new request.</summary>
    public string? DeclaredRevision { get; init; }

    /// <summary>A request that waits until the rollout is at rest; null when there is none.</summary>
    public StartRequest? Pending { get; init; }

    /// <summary>The attempt was asked for by undo.</summary>
    public bool Undo { get; init; }

    /// <summary>Counts the tries of <see cref="CanaryRevision"/>, from 1. Evidence and approvals belong to one attempt.</summary>
    public int Attempt { get; init; }

    /// <summary>The steps that this revision started with.</summary>
    public EquatableArray<RolloutStep> Plan { get; init; }

    /// <summary>Index into <see cref="Plan"/>.</summary>
    public int StepIndex { get; init; }

    /// <summary>The canary's weight that is wanted now; capacity may keep it below the step's.</summary>
    public CanaryWeight Weight { get; init; }

    /// <summary>When the phase was entered.</summary>
    public DateTimeOffset PhaseSince { get; init; }

    /// <summary>When this attempt began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When the router first took up traffic for the canary in this attempt: evidence counts from here plus the warm-up.</summary>
    public DateTimeOffset? TrafficSince { get; init; }

    /// <summary>
    /// When the router took up the full weight of the step. The hold runs from here, or from the end of the warm-up when that is later. Null until then, and
    /// again when the canary loses capacity or the router is seen to carry out something else: a hold is uninterrupted.
    /// </summary>
    public DateTimeOffset? StepSince { get; init; }

    /// <summary>
    /// Since when the router has not carried the wanted weight, for want of capacity or of its answer; the progress deadline runs from here. Null while it
    /// does, and while a person is waited for. While a deleted rollout returns its traffic: since when only the router's answer is missing.
    /// </summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>Since when missing or inconclusive evidence has held the step beyond its hold; the hold limit runs from here. Null while a person is waited for.</summary>
    public DateTimeOffset? HeldSince { get; init; }

    /// <summary>Since when the version that loses its pods has had no traffic; the drain delay runs from here.</summary>
    public DateTimeOffset? DrainSince { get; init; }

    /// <summary>Where resume returns to; null unless paused.</summary>
    public RolloutPhase? PausedFrom { get; init; }

    /// <summary>Stable's size when the attempt began; capacity is counted against it.</summary>
    public int StableSizeAtStart { get; init; }

    /// <summary>The hand over was begun: from here the promotion is finished before anything else.</summary>
    public bool HandOverStarted { get; init; }

    /// <summary>A revision that windows and the limit on rollouts under way do not hold up; null when there is none. It ends with that revision's attempt.</summary>
    public BrokenGlass? Glass { get; init; }

    /// <summary>Who approved what in this attempt.</summary>
    public EquatableArray<ApprovalRecord> Approvals { get; init; }

    /// <summary>Since when gates of this attempt that are asked have not passed: their deadlines run from there, over restarts too. None for a gate that passes at once.</summary>
    public EquatableArray<PendingGate> PendingGates { get; init; }

    /// <summary>Who made the revision, by any name that somebody gave: at most 10. Empty when nobody told.</summary>
    public EquatableArray<string> Authors { get; init; }

    /// <summary>Why the last transition happened; once aborted, why the revision was rolled back.</summary>
    public RolloutReason Reason { get; init; } = RolloutReason.Adopted;

    /// <summary>The same in one sentence for people.</summary>
    public string Message { get; init; } = "";

    /// <summary>Counts transitions; names an announcement uniquely.</summary>
    public long Sequence { get; init; }

    /// <summary>The last 10 revisions and what became of them, oldest first.</summary>
    public EquatableArray<RevisionRecord> History { get; init; }
}

/// <summary>A revision that was asked for.</summary>
/// <param name="Revision">Which.</param>
/// <param name="Reason"><see cref="RolloutReason.NewRevision"/>, <see cref="RolloutReason.UndoRequested"/> or <see cref="RolloutReason.RetryRequested"/>.</param>
/// <param name="Actor">Who asked; null when the resource did.</param>
public sealed record StartRequest(string Revision, RolloutReason Reason, string? Actor)
{
    /// <summary>When it was asked for: of those that wait for room, the oldest comes first.</summary>
    public DateTimeOffset AskedAt { get; init; }

    /// <summary>Why, if said.</summary>
    public string? Comment { get; init; }
}

/// <summary>A person let one revision start and go on despite windows and limits.</summary>
/// <param name="Revision">Which.</param>
/// <param name="Actor">Who.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why.</param>
public sealed record BrokenGlass(string Revision, string Actor, DateTimeOffset At, string Reason);

/// <summary>One person's answer, for one step of one attempt.</summary>
/// <param name="StepIndex">The step it counts for.</param>
/// <param name="Approver">Who.</param>
/// <param name="At">When.</param>
/// <param name="Comment">Why, if said.</param>
public sealed record ApprovalRecord(int StepIndex, string Approver, DateTimeOffset At, string? Comment)
{
    /// <summary>As whom it counts; null for one that an earlier version wrote, which counts as <see cref="Approver"/>.</summary>
    public string? Person { get; init; }

    /// <summary>By what way it came; null when nobody vouched for it.</summary>
    public ApproverSource? Via { get; init; }
}

/// <summary>A gate that has been asked and has not passed.</summary>
/// <param name="StepIndex">The step that names it.</param>
/// <param name="Name">The gate.</param>
/// <param name="Since">Since when.</param>
public sealed record PendingGate(int StepIndex, string Name, DateTimeOffset Since);

/// <summary>What became of a revision.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Message">Why, in one sentence.</param>
/// <param name="StartedAt">When the attempt began.</param>
/// <param name="EndedAt">When it was decided.</param>
public sealed record RevisionRecord(
    string Revision, RevisionOutcome Outcome, RolloutReason Reason, string Message, DateTimeOffset StartedAt, DateTimeOffset EndedAt)
{
    /// <summary>The attempt, from 1; 0 for an adopted revision.</summary>
    public int Attempt { get; init; }

    /// <summary>Who broke the glass for it and why; left out when nobody did.</summary>
    public string? BreakGlass { get; init; }
}

/// <summary>What became of a revision.</summary>
public enum RevisionOutcome
{
    /// <summary>It was stable when the controller first saw the rollout.</summary>
    Adopted,

    /// <summary>It became stable.</summary>
    Promoted,

    /// <summary>It was rejected; it never is a fast-rollback target.</summary>
    RolledBack,

    /// <summary>A newer one took its place before it was judged.</summary>
    Superseded,
}
