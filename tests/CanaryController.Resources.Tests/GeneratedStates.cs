using CanaryController.Core;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Resources.Mapping;
using CsCheck;

namespace CanaryController.Resources.Tests;

/// <summary>Random states, whether the planner could reach them or not.</summary>
internal static class GeneratedStates
{
    public static Gen<DateTimeOffset> Moment { get; } = Gen.Long[0, 4_000_000_000_000_000].Select(ticks => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(ticks));

    public static Gen<string> Text { get; } = Gen.String[Gen.Char[' ', '\ud7ff'], 0, 20];

    private static readonly Gen<ApprovalRecord> _approval =
        Gen.Select(Gen.Int[0, 9], Text, Moment, Text.Null(), (step, approver, at, comment) => new ApprovalRecord(step, approver, at, comment) { Person = comment, Via = comment is null ? null : ApproverSource.Slack });

    private static readonly Gen<RevisionRecord> _revision = Gen.Select(
        Text, Gen.Enum<RevisionOutcome>(), Gen.Enum<RolloutReason>(), Text, Moment, Moment,
        (revision, outcome, reason, message, started, ended) => new RevisionRecord(revision, outcome, reason, message, started, ended) { Attempt = message.Length, BreakGlass = revision.Length > 5 ? message : null });

    private static readonly Gen<RolloutState> _places = Gen.Select(
        Gen.Enum<RolloutPhase>(), Gen.Int[0, 10_000], Gen.Int, Moment, Moment.Nullable(), Gen.Enum<RolloutPhase>().Nullable(), Gen.Bool,
        (phase, weight, number, at, perhaps, from, flag) => new RolloutState
        {
            Phase = phase,
            Weight = CanaryWeight.FromBasisPoints(weight),
            Attempt = number,
            StepIndex = number ^ 5,
            PhaseSince = at,
            StartedAt = at.AddSeconds(1),
            TrafficSince = perhaps,
            StepSince = perhaps?.AddTicks(1),
            WaitingSince = perhaps?.AddTicks(7),
            HeldSince = perhaps?.AddDays(1),
            DrainSince = perhaps?.AddHours(1),
            PausedFrom = from,
            StableSizeAtStart = number,
            HandOverStarted = flag,
        });

    public static Gen<RolloutState> States { get; } = Gen.Select(
        _places, Generated.Rollouts, _approval.List[0, 3], _revision.List[0, 10], Text.Null(), Text, Gen.Enum<RolloutReason>(), Gen.Long,
        (state, rollout, approvals, history, revision, message, reason, sequence) => state with
        {
            Plan = RolloutSpecMapper.ToSpec(rollout).Steps,
            PendingGates = [.. approvals.Select(approval => new PendingGate(approval.StepIndex, approval.Approver, approval.At))],
            Approvals = new EquatableArray<ApprovalRecord>([.. approvals]),
            History = new EquatableArray<RevisionRecord>([.. history]),
            StableRevision = revision,
            CanaryRevision = message,
            TargetRevision = revision,
            DeclaredRevision = message,
            Pending = revision is null ? null : new StartRequest(revision, reason, message) { AskedAt = state.StartedAt, Comment = message },
            Glass = revision is null ? null : new BrokenGlass(revision, message, state.PhaseSince, message),
            Reason = reason,
            Message = message,
            Sequence = sequence,
        });
}
