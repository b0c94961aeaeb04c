using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Rollouts.Walk;

/// <summary>Planners that are broken in one way each, and the invariant that must find it out.</summary>
internal static class BrokenPlanners
{
    private static readonly CanaryWeight SixtyPercent = CanaryWeight.FromBasisPoints(6000);

    public static readonly IReadOnlyDictionary<(string Invariant, string Fault), Decider> All = new Dictionary<(string, string), Decider>
    {
        [("WeightInvariants.RisesOnlyForAReason", "rises while it initializes")] = After(RolloutPhase.Initializing, next => next with { Weight = SixtyPercent }),
        [("WeightInvariants.IsWithinCapacity", "forgets the capacity")] =
            After(RolloutPhase.Progressing, next => next with { Weight = next.Plan[next.StepIndex].Weight }),
        [("WeightInvariants.NeverReturnsToARejectedCanary", "tries again by itself")] =
            After(RolloutPhase.Aborted, next => next with { Phase = RolloutPhase.Progressing }),
        [("WeightInvariants.NeverReturnsToARejectedCanary", "keeps the matches in an abort")] = (spec, state, seen) =>
            RolloutPlanner.Decide(spec, state, seen) is { Next: { Phase: RolloutPhase.Aborting, CanaryRevision: { } canary } next } decision
                ? decision with { Effects = [new Effect.ApplySplit(new TrafficSplit(next.StableRevision!, canary, next.Weight, spec.Steps[0].Matches))] }
                : RolloutPlanner.Decide(spec, state, seen),
        [("WeightInvariants.NeverReturnsToARejectedCanary", "keeps the mirror in an abort")] = (spec, state, seen) =>
            RolloutPlanner.Decide(spec, state, seen) is { Next: { Phase: RolloutPhase.Aborting, CanaryRevision: { } canary } next } decision
                ? decision with { Effects = [new Effect.ApplySplit(new TrafficSplit(next.StableRevision!, canary, next.Weight, []) { IsMirrored = true })] }
                : RolloutPlanner.Decide(spec, state, seen),
        [("WeightInvariants.IsMirroredOnlyWithoutWeight", "mirrors at each step")] = Deciding((_, decision) =>
            decision.Next is { Phase: RolloutPhase.Progressing } && decision.Effects.OfType<Effect.ApplySplit>().SingleOrDefault() is { } apply
                ? decision with { Effects = [.. decision.Effects.Where(one => one != apply), apply with { Split = apply.Split with { IsMirrored = true } }] }
                : decision),
        [("WeightInvariants.ReturnsAsFarAsStableCarries", "keeps the weight in an abort")] = (spec, state, seen) =>
            RolloutPlanner.Decide(spec, state, seen) is { Next.Phase: RolloutPhase.Aborting } decision && state is not null
                ? With(decision, decision.Next with { Weight = state.Weight })
                : RolloutPlanner.Decide(spec, state, seen),
        [("WeightInvariants.NeverStaysOnADeadCanary", "believes that all instances are ready")] =
            Seeing(seen => seen with { Workload = seen.Workload with { CanaryReady = seen.Workload.CanarySize } }),
        [("WeightInvariants.StaysWhilePaused", "rises while paused")] = Deciding((state, decision) =>
            (state?.Phase, decision.Next.Phase) is (RolloutPhase.Paused, RolloutPhase.Paused) ? With(decision, decision.Next with { Weight = SixtyPercent }) : decision),
        [("WeightInvariants.IsAppliedAsDecided", "drops the split")] = Deciding((_, decision) => decision with { Effects = [] }),
        [("StepInvariants.AreLeftOnlyWhenAllConditionsHold", "skips the hold")] =
            (spec, state, seen) => RolloutPlanner.Decide(spec, state is null ? null : state with { StepSince = state.StepSince - WalkBounds.Unit }, seen),
        [("StepInvariants.AreLeftOnlyWhenAllConditionsHold", "asks for no evidence")] =
            (spec, state, seen) => RolloutPlanner.Decide(spec with { Analysis = spec.Analysis with { Metrics = [] } }, state, seen),
        [("StepInvariants.AreLeftOnlyWhenAllConditionsHold", "needs no approval")] = InPlan(step => step with { Approval = null }),
        [("StepInvariants.AreLeftOnlyWhenAllConditionsHold", "leaves a step by its gates unasked")] = WithoutGates(GateMoment.During),
        [("StepInvariants.AreLeftOnlyWhenAllConditionsHold", "goes on to a step by the gates before it")] = WithoutGates(GateMoment.Before),
        [("StepInvariants.AreLeftOnlyWhenAllConditionsHold", "promotes by the gates before it")] = WithoutGates(GateMoment.BeforePromotion),
        [("StepInvariants.AreLeftOnlyWhenAllConditionsHold", "takes another attempt's answers of gates")] = OfThisAttempt(GateStatus.Passed),
        [("StepInvariants.TrafficBeginsOnlyWhenItsGatesPassed", "begins without asking")] = WithoutGates(GateMoment.Before),
        [("StepInvariants.GatesCountForOneStepOfOneAttempt", "takes another attempt's refusal")] = OfThisAttempt(GateStatus.Failed),
        [("StepInvariants.AreLeftOnlyWhenAllConditionsHold", "counts no requests")] = InPlan(step => step with { MinRequests = 0 }),
        [("StepInvariants.AreLeftOnlyWhenAllConditionsHold", "takes another step's evidence")] = Seeing(seen =>
            seen.Analysis is { StepIndex: > 0 } analysis ? seen with { Analysis = analysis with { StepIndex = analysis.StepIndex - 1 } } : seen),
        [("StepInvariants.ApprovalsCountForOneStepOfOneAttempt", "keeps approvals for the next step")] = Deciding((_, decision) => With(decision, decision.Next with
        {
            Approvals = [.. decision.Next.Approvals.Select(one => one with { StepIndex = decision.Next.StepIndex })],
        })),
        [("StepInvariants.ApprovalsCountOnlyFromAllowedApprovers", "asks nobody who answers")] =
            InPlan(step => step.Approval is { } approval ? step with { Approval = approval with { Approvers = null } } : step),
        [("StepInvariants.ApprovalsCountOnlyFromAllowedApprovers", "believes what a client says of itself")] = Seeing(seen =>
            seen.Command is { } command ? seen with { Command = command with { Identity = new ApproverIdentity(ApproverSource.Kubernetes, command.Actor) } } : seen),
        [("StepInvariants.FailureRollsBackAtOnce", "is deaf to alarms")] = Seeing(seen => seen with { ExternalAlarm = null }),
        [("StepInvariants.FailureRollsBackAtOnce", "does not look at metrics")] = Seeing(seen => seen with { Analysis = null }),
        [("StepInvariants.FailureRollsBackAtOnce", "does not look at gates")] = Seeing(seen => seen with { Gates = [] }),
        [("StepInvariants.FailureRollsBackAtOnce", "does not hear a demand for the rollback")] = Seeing(seen => seen with { Gates = [.. seen.Gates.Where(one => one.Name != "pager")] }),
        [("StepInvariants.FailureRollsBackAtOnce", "does not notice a deletion")] = Seeing(seen => seen with { Deleted = false, Released = false }),
        [("StepInvariants.DeadlinesAreKept", "never gives up")] =
            (spec, state, seen) => RolloutPlanner.Decide(spec with { ProgressDeadline = TimeSpan.MaxValue }, state, seen),
        [("StepInvariants.DeadlinesAreKept", "holds for ever")] =
            (spec, state, seen) => RolloutPlanner.Decide(spec with { Analysis = spec.Analysis with { HoldLimit = TimeSpan.MaxValue } }, state, seen),
        [("StepInvariants.NewAttemptsBeginAtNothing", "starts with traffic")] = Deciding((_, decision) => decision with
        {
            Transitions = [.. decision.Transitions.Select(one => one.To is RolloutPhase.Initializing ? one with { Weight = SixtyPercent } : one)],
        }),
        [("WorkloadInvariants.InstancesGoOnlyAfterTheDrain", "ignores the drain delay")] =
            (spec, state, seen) => RolloutPlanner.Decide(spec with { DrainDelay = TimeSpan.Zero }, state, seen),
        [("WorkloadInvariants.InstancesGoOnlyAfterTheDrain", "takes no answer for one at a deletion")] = (spec, state, seen) =>
            RolloutPlanner.Decide(spec, seen.Leaves && state is not null ? state with { WaitingSince = state.WaitingSince - WalkBounds.Unit } : state, seen),
        [("WorkloadInvariants.CapacityStaysUnderTraffic", "scales down before the router follows")] = Deciding((_, decision) =>
            decision.Next is { Phase: RolloutPhase.Progressing, CanaryRevision: { } canary } && !decision.Effects.Any(one => one is Effect.ScaleCanary)
                ? decision with { Effects = decision.Effects.Add(new Effect.ScaleCanary(canary, 1)) }
                : decision),
        [("WorkloadInvariants.CapacityStaysUnderTraffic", "does not look at the autoscaler")] = Seeing(seen => seen with { Workload = seen.Workload with { MaxSize = null } }),
        [("WorkloadInvariants.HandOverComesAfterAllTraffic", "hands over before stable is drained")] =
            (spec, state, seen) => RolloutPlanner.Decide(spec with { DrainDelay = TimeSpan.Zero }, state, seen),
        [("WorkloadInvariants.HandOverComesAfterAllTraffic", "hands over with too few instances")] =
            Seeing(seen => seen with { Workload = seen.Workload with { StableSize = Math.Min(seen.Workload.StableSize, WalkBounds.Size) } }),
        [("RevisionInvariants.StableIsTheLastPromoted", "forgets who is stable")] = After(RolloutPhase.Promoted, next => next with { StableRevision = "v1" }),
        [("RevisionInvariants.RejectedIsNeverAFastTarget", "overlooks what was rejected")] = OverlookingRejections,
        [("RevisionInvariants.RequestsAreNeverLost", "remembers no request")] = Deciding((_, decision) => With(decision, decision.Next with { Pending = null })),
        [("WindowInvariants.NothingAdvancesWhileClosed", "does not look at windows")] = Seeing(seen => seen with { Window = WindowObservation.Open }),
        [("WindowInvariants.NothingAdvancesWhileClosed", "takes every glass for broken")] = (spec, state, seen) =>
            state?.CanaryRevision is { } canary && RolloutPlanner.Decide(spec, state with { Glass = new(canary, "ann", seen.Now, "because") }, seen) is { } decision
                ? With(decision, decision.Next with { Glass = state.Glass })
                : RolloutPlanner.Decide(spec, state, seen),
        [("WindowInvariants.RollbacksNeverWait", "waits with everything")] = (spec, state, seen) =>
            RolloutPlanner.Decide(spec, state, seen) is var decision && state is not null && !seen.Window.IsOpen && decision.Next.Phase is RolloutPhase.Aborting
                ? decision with { Next = state, Transitions = [], Effects = [] }
                : decision,
        [("WindowInvariants.WakesAtTheOpening", "sleeps through the opening")] = (spec, state, seen) =>
            RolloutPlanner.Decide(spec, state, seen) is var decision && seen.Window.IsOpen ? decision : decision with { WakeAt = null },
        [("WindowInvariants.StartsWaitForRoom", "does not look at the limit")] = Seeing(seen => seen with { StartLimit = null }),
        [("WindowInvariants.SaysWhatKeepsAStart", "waits although nothing is in its way")] = (spec, state, seen) =>
            RolloutPlanner.Decide(spec, state, seen) is var decision && state is { Pending: not null } && state.Phase.IsAtRest() && seen is { Window.IsOpen: true, Leaves: false }
                ? decision with { Next = state, Transitions = [], Effects = [] }
                : decision,
        [("DecisionInvariants.EveryChangeIsAnnouncedOnce", "announces twice")] = Deciding((_, decision) =>
            decision.Transitions.IsEmpty ? decision : decision with { Transitions = decision.Transitions.Add(decision.Transitions[0]) }),
        [("DecisionInvariants.IsAFixpoint", "changes its mind")] = (spec, state, seen) =>
            RolloutPlanner.Decide(spec, state, seen) is { Next: { StepSince: not null } next } decision
                ? With(decision, next with { StepSince = next.StepSince.Value.AddTicks(-1) })
                : RolloutPlanner.Decide(spec, state, seen),
        [("DecisionInvariants.WakesWhenTimeMatters", "forgets to wake")] = Deciding((_, decision) => decision with { WakeAt = null }),
        [("DecisionInvariants.CommandsAreAnswered", "refuses, and does it all the same")] = Deciding((_, decision) =>
            decision.Command is { Status: CommandStatus.Accepted } answer ? decision with { Command = answer with { Status = CommandStatus.Refused } } : decision),
        [("DecisionInvariants.CommandsAreAnswered", "does not answer")] = Deciding((_, decision) => decision with { Command = null }),
        [("DecisionInvariants.SaysWhatIsWaitedFor", "stays although nothing is missing")] = (spec, state, seen) =>
            RolloutPlanner.Decide(spec, state, seen) is { } decision && state is not null && decision.Transitions.Any(one => one.Reason is RolloutReason.StepsCompleted)
                ? decision with { Next = state, Transitions = [], Effects = [] }
                : RolloutPlanner.Decide(spec, state, seen),
    };

    private static Decider Deciding(Func<RolloutState?, Decision, Decision> fault) => (spec, state, seen) => fault(state, RolloutPlanner.Decide(spec, state, seen));

    private static Decider After(RolloutPhase phase, Func<RolloutState, RolloutState> fault) =>
        Deciding((_, decision) => decision.Next.Phase == phase ? With(decision, fault(decision.Next)) : decision);

    private static Decider Seeing(Func<RolloutObservation, RolloutObservation> fault) => (spec, state, seen) => RolloutPlanner.Decide(spec, state, fault(seen));

    private static Decider WithoutGates(GateMoment moment) => InPlan(step => step with { Gates = [.. step.Gates.Where(gate => gate.When != moment)] });

    private static Decider OfThisAttempt(GateStatus status) => (spec, state, seen) => RolloutPlanner.Decide(spec, state, state?.CanaryRevision is not { } revision ? seen : seen with
    {
        Gates = [.. seen.Gates.Select(one => one.Status == status ? one with { Revision = revision, Attempt = state.Attempt } : one)],
    });

    /// <summary>Decides as if the plan asked for less, and remembers the plan as it is.</summary>
    private static Decider InPlan(Func<RolloutStep, RolloutStep> fault) => (spec, state, seen) =>
    {
        if (state is null)
        {
            return RolloutPlanner.Decide(spec, state, seen);
        }

        var decision = RolloutPlanner.Decide(spec, state with { Plan = [.. state.Plan.Select(fault)] }, seen);
        return decision.Next.CanaryRevision == state.CanaryRevision && decision.Next.Attempt == state.Attempt
            ? With(decision, decision.Next with { Plan = state.Plan })
            : decision;
    };

    private static Decision OverlookingRejections(RolloutSpec spec, RolloutState? state, RolloutObservation seen)
    {
        if (state is null)
        {
            return RolloutPlanner.Decide(spec, state, seen);
        }

        EquatableArray<RevisionRecord> shown = [.. state.History.Where(one => one.Outcome is not RevisionOutcome.RolledBack)];
        var decision = RolloutPlanner.Decide(spec, state with { History = shown }, seen);
        return With(decision, decision.Next with { History = [.. state.History, .. decision.Next.History.Skip(shown.Count)] });
    }

    private static Decision With(Decision decision, RolloutState next) => next == decision.Next ? decision : decision with { Next = next };
}
