using CanaryController.Core.Analysis;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Rollouts.Walk;

/// <summary>
/// The small world of the walk. All durations are one unit, and time stands still or passes one unit, so that each timer is unset, running or over: nothing
/// else about time can matter to a decision.
/// </summary>
internal static class WalkBounds
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly TimeSpan Unit = TimeSpan.FromMinutes(1);

    public const int Size = 4;

    public static RolloutSpec Spec(WorkloadKind workload) => new()
    {
        Workload = workload,
        InitialStableRevision = "v1",
        Steps =
        [
            new RolloutStep
            {
                Weight = CanaryWeight.FromBasisPoints(5000),
                Hold = Unit,
                Gates = [Specs.Gate("open", GateMoment.Before), Specs.Gate("smoke", GateMoment.During), Specs.Gate("pager", GateMoment.Rollback)],
                Approval = new ApprovalRequirement
                {
                    Name = "sre",
                    Approvers = new ApproverList { Users = ["ann", "bob"] },
                    Timeout = Unit,
                    OnTimeout = ApprovalTimeoutAction.Promote,
                },
                Matches = [new RequestMatch(RequestMatchKind.Header, "x-canary", "always")],
            },
            new RolloutStep
            {
                Weight = CanaryWeight.Full,
                Hold = Unit,
                MinRequests = 100,
                Gates = [Specs.Gate("smoke", GateMoment.Before), Specs.Gate("confirm", GateMoment.BeforePromotion)],
            },
        ],
        Analysis = new AnalysisPolicy
        {
            Metrics = [new MetricSpec { Name = "success-rate", Kind = MetricKind.RequestSuccessRate, Min = 0.99 }],
            HoldLimit = Unit,
        },
        ProgressDeadline = Unit,
        DrainDelay = Unit,
        RollbackWindowRevisions = 1,
    };

    /// <summary>
    /// Another plan for what the first one has not: three steps, one without a weight that takes only requests that match and copies, and has a metric of its own, one whose
    /// instances become fewer at the next, none at 100 %; warm-up, no window for fast returns, and every policy turned round.
    /// </summary>
    public static RolloutSpec ThreeSteps(WorkloadKind workload) => new()
    {
        Workload = workload,
        InitialStableRevision = "v1",
        Steps =
        [
            new RolloutStep
            {
                Weight = CanaryWeight.Zero,
                Hold = Unit,
                Matches = [new RequestMatch(RequestMatchKind.Cookie, "tester", "yes")],
                IsMirrored = true,
                Metrics = [new MetricSpec { Name = "orders", Kind = MetricKind.Query, Query = "orders", Min = 10 }],
            },
            new RolloutStep
            {
                Weight = CanaryWeight.FromBasisPoints(2500),
                Replicas = new ReplicaTarget(null, 100),
                Gates = [Specs.Gate("slot", GateMoment.Before)],
                Approval = new ApprovalRequirement { Name = "sre", RefusesAuthor = true, Timeout = Unit, OnTimeout = ApprovalTimeoutAction.Abort },
            },
            new RolloutStep { Weight = CanaryWeight.FromBasisPoints(5000), Hold = Unit, MinRequests = 100 },
        ],
        Analysis = new AnalysisPolicy
        {
            Metrics = [new MetricSpec { Name = "success-rate", Kind = MetricKind.RequestSuccessRate, Min = 0.99 }],
            WarmUp = Unit,
            HoldLimit = Unit,
            OnHoldLimit = HoldLimitAction.Hold,
            OnNoData = MissingEvidenceAction.Abort,
            OnBelowMinRequests = MissingEvidenceAction.Abort,
        },
        ProgressDeadline = Unit,
        DrainDelay = Unit,
    };

    /// <summary>
    /// A state whose history holds more than two stable revisions and a rejection is checked, but not followed further. With three steps a second stable
    /// revision is the bound already, once the next attempt has begun. A broken glass is followed where the history is short: it opens windows, and looks at no history.
    /// </summary>
    public static bool Follows(RolloutSpec spec, RolloutState state)
    {
        var stable = state.History.Count(one => one.Outcome is RevisionOutcome.Promoted);
        var rejected = state.History.Count(one => one.Outcome is RevisionOutcome.RolledBack);
        return (state.Glass is null || (stable <= 1 && rejected == 0)) && stable <= (spec.Steps.Count > 2 && !state.Phase.IsAtRest() ? 1 : 2) && rejected <= 1;
    }

    /// <summary>
    /// What of a state can matter to later decisions, moved to the walk's start: how long ago something was, at most one unit; no sequence and no sentences. The
    /// attempt's number, the declared revision and the target only tell things apart, so their values are made alike: what is seen is made for each state anew.
    /// </summary>
    public static RolloutState Normalize(RolloutSpec spec, RolloutState state, DateTimeOffset now)
    {
        var isUnderWay = state.Phase.IsUnderWay();
        var essence = state with
        {
            TargetRevision = state.Pending?.Revision ?? state.CanaryRevision ?? state.StableRevision,
            DeclaredRevision = null,
            Pending = state.Pending is { } pending ? pending with { Actor = null, AskedAt = default, Comment = null } : null,
            Glass = state.Glass is { } glass && (glass.Revision == state.Pending?.Revision || (isUnderWay && glass.Revision == state.CanaryRevision)) ? new(glass.Revision, "ann", Start, "because") : null,
            Attempt = state.CanaryRevision is null ? 0 : 1,
            Plan = isUnderWay ? state.Plan : [],
            StepIndex = isUnderWay ? state.StepIndex : 0,
            PhaseSince = state.Phase is RolloutPhase.WaitingApproval ? Shift(state.PhaseSince, now) : Start,
            StartedAt = Start,
            TrafficSince = !isUnderWay ? null : spec.Analysis.WarmUp > TimeSpan.Zero ? Shift(state.TrafficSince, now) : state.TrafficSince is null ? null : Start - Unit,
            StepSince = Shift(state.StepSince, now),
            WaitingSince = Shift(state.WaitingSince, now),
            HeldSince = Shift(state.HeldSince, now),
            DrainSince = Shift(state.DrainSince, now),
            StableSizeAtStart = state.Phase.IsAtRest() || spec.Workload is WorkloadKind.External ? 0 : Math.Min(Size, state.StableSizeAtStart),
            Authors = state.Phase is RolloutPhase.Promoted or RolloutPhase.Idle || !spec.Steps.Any(step => step.Approval is { RefusesAuthor: true }) ? [] : state.Authors,
            Reason = RolloutReason.Adopted,
            Message = "",
            Sequence = 0,
            Approvals = isUnderWay ? [.. state.Approvals.Where(one => one.StepIndex == state.StepIndex).Take(1).Select(_ => ByAnn(state.StepIndex))] : [],
            History = Essence(state.History),
        };
        return Renamed(essence);
    }

    /// <summary>Each approval of the plans asks for one person: once there is an approval, whose it is cannot matter to a later decision but for who answers again, and ann does.</summary>
    private static ApprovalRecord ByAnn(int stepIndex) => new(stepIndex, "ann", Start, null) { Person = "Kubernetes:ann", Via = ApproverSource.Kubernetes };

    /// <summary>
    /// Names the revisions in the order of their first appearance: which of three like names a revision has cannot matter. A third of the states is left to visit.
    /// </summary>
    private static RolloutState Renamed(RolloutState state)
    {
        var order = state.History.Select(one => (string?)one.Revision).Append(state.StableRevision).Append(state.CanaryRevision).Append(state.Pending?.Revision)
            .OfType<string>().Distinct().ToList();
        string Name(string old) => $"v{order.IndexOf(old) + 1}";
        return state with
        {
            StableRevision = state.StableRevision is { } stable ? Name(stable) : null,
            CanaryRevision = state.CanaryRevision is { } canary ? Name(canary) : null,
            TargetRevision = state.TargetRevision is { } target ? Name(target) : null,
            Pending = state.Pending is { } pending ? pending with { Revision = Name(pending.Revision) } : null,
            Glass = state.Glass is { } glass ? glass with { Revision = Name(glass.Revision) } : null,
            History = [.. state.History.Select(one => one with { Revision = Name(one.Revision) })],
        };
    }

    /// <summary>Each revision's last time as stable, and its last rejection when that came later.</summary>
    private static EquatableArray<RevisionRecord> Essence(EquatableArray<RevisionRecord> history)
    {
        var kept = new List<RevisionRecord>();
        for (var i = history.Count - 1; i >= 0; i--)
        {
            var record = history[i];
            var isStable = record.Outcome is RevisionOutcome.Adopted or RevisionOutcome.Promoted;
            var isKept = isStable
                ? !kept.Exists(one => one.Revision == record.Revision && one.Outcome is not RevisionOutcome.RolledBack)
                : record.Outcome is RevisionOutcome.RolledBack && !kept.Exists(one => one.Revision == record.Revision);
            if (isKept)
            {
                kept.Add(new RevisionRecord(record.Revision, isStable ? RevisionOutcome.Promoted : record.Outcome, record.Reason is RolloutReason.UndoRequested
                    ? RolloutReason.UndoRequested : RolloutReason.Promoted, "", Start, Start));
            }
        }

        kept.Reverse();
        return [.. kept];
    }

    private static DateTimeOffset? Shift(DateTimeOffset? moment, DateTimeOffset now) => moment is { } value ? Shift(value, now) : null;

    private static DateTimeOffset Shift(DateTimeOffset moment, DateTimeOffset now) => Start - (now - moment < Unit ? now - moment : Unit);
}
