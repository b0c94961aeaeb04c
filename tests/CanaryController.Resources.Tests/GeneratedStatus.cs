using CanaryController.Core;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Resources.Rollouts;
using CsCheck;

namespace CanaryController.Resources.Tests;

/// <summary>Random statuses, whether the controller could write them or not.</summary>
internal static class GeneratedStatus
{
    private static readonly Gen<RolloutCondition> _condition = Gen.Select(
        Gen.Const("Ready"), Gen.Enum<ConditionStatus>(), Gen.Long[0, 100], GeneratedStates.Moment, GeneratedStates.Text,
        (type, status, generation, at, message) => new RolloutCondition { Type = type, Status = status, ObservedGeneration = generation, LastTransitionTime = at, Reason = "Progressing", Message = message });

    private static readonly Gen<MetricStatus> _metric = Gen.Select(
        Gen.Enum<Verdict>().Nullable(), GeneratedStates.Text, GeneratedStates.Text.Null(), GeneratedStates.Text.Null(),
        (verdict, message, value, threshold) => new MetricStatus { Name = "m", Verdict = verdict, Message = message, Value = value, Threshold = threshold });

    private static readonly Gen<Transition> _transition = Gen.Select(
        Gen.Long[0, 1_000], GeneratedStates.Moment, Gen.Enum<RolloutPhase>(), Gen.Int[0, 10_000], Gen.Enum<RolloutReason>(), GeneratedStates.Text, GeneratedStates.Text.Null(),
        (sequence, at, phase, weight, reason, message, actor) => new Transition(sequence, at, RolloutPhase.Idle, phase, actor, 1, 2, CanaryWeight.FromBasisPoints(weight), reason, message, actor));

    private static readonly Gen<CommandRecord> _command = Gen.Select(
        Gen.Enum<RolloutAction>(), GeneratedStates.Moment, GeneratedStates.Text, GeneratedStates.Text.Null(), Gen.Int[1, 50].Nullable(), Gen.Enum<CommandStatus>(),
        (action, at, text, perhaps, step, status) => new CommandRecord
        {
            Id = text,
            Action = action,
            Actor = text,
            At = at,
            Revision = perhaps,
            Step = step,
            Reason = perhaps,
            Status = status,
            Message = text,
        });

    public static Gen<RolloutStatus> Statuses { get; } = Gen.Select(
        GeneratedStates.States, Gen.Int[0, 10_000].Nullable(), _condition.List[0, 1], _metric.List[0, 3], _transition.List[0, 10], _command.List[0, 20],
        (state, observed, conditions, metrics, transitions, commands) => new RolloutStatus
        {
            ObservedGeneration = 7,
            ObservedWeight = observed / 100m,
            RequestShare = observed is { } share ? new() { Step = 2, Percent = share / 100m, Verdict = share % 2 == 0 ? ShareVerdict.Differs : null } : null,
            Window = observed is null ? null : new() { ClosedBy = "FreezeWindow x", Message = "closed by FreezeWindow x.", OpensAt = state.StartedAt },
            Conditions = new EquatableArray<RolloutCondition>([.. conditions]),
            Metrics = new EquatableArray<MetricStatus>([.. metrics.Select((metric, index) => metric with { Name = $"m{index}" })]),
            Transitions = new EquatableArray<Transition>([.. transitions]),
            Commands = new EquatableArray<CommandRecord>([.. commands]),
        }.With(state, 3));
}
