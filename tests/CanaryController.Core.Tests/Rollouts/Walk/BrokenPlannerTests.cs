using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Rollouts.Walk;

/// <summary>The walk is worth what it catches: each planner here is broken in one way, and must be found out.</summary>
public sealed class BrokenPlannerTests
{
    private static readonly Dictionary<string, Func<RolloutState?, RolloutObservation, Decision, Decision>> Faults = new(StringComparer.Ordinal)
    {
        ["skips the hold"] = (_, _, decision) => With(decision, decision.Next with { StepSince = decision.Next.StepSince - WalkBounds.Unit }),
        ["forgets the capacity"] = (_, _, decision) =>
            decision.Next.Phase is RolloutPhase.Progressing ? With(decision, decision.Next with { Weight = decision.Next.Plan[decision.Next.StepIndex].Weight }) : decision,
        ["keeps the weight in an abort"] = (before, _, decision) =>
            decision.Next.Phase is RolloutPhase.Aborting && before is not null ? With(decision, decision.Next with { Weight = before.Weight }) : decision,
        ["ignores the drain delay"] = (_, seen, decision) =>
            decision.Next.Phase is RolloutPhase.Aborting && seen.Workload.CanarySize > 0
                ? decision with { Effects = decision.Effects.Add(new Effect.ScaleCanary("v2", 0)) }
                : decision,
        ["announces twice"] = (_, _, decision) =>
            decision.Transitions.IsEmpty ? decision : decision with { Transitions = decision.Transitions.Add(decision.Transitions[0]) },
        ["forgets who is stable"] = (_, _, decision) =>
            decision.Next.Phase is RolloutPhase.Promoted ? With(decision, decision.Next with { StableRevision = "v1" }) : decision,
        ["keeps approvals for the next step"] = (_, _, decision) => With(decision, decision.Next with
        {
            Approvals = [.. decision.Next.Approvals.Select(one => one with { StepIndex = decision.Next.StepIndex })],
        }),
        ["forgets to wake"] = (_, _, decision) => decision with { WakeAt = null },
        ["drops the split"] = (_, _, decision) => decision with { Effects = [] },
        ["rises while paused"] = (_, seen, decision) =>
            decision.Next.Phase is RolloutPhase.Paused ? With(decision, decision.Next with { Weight = CanaryWeight.FromBasisPoints(6000) }) : decision,
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_broken_planner_is_found_out(string fault)
    {
        var walker = new Walker(
            WalkBounds.Spec(WorkloadKind.Managed),
            (spec, state, seen) => Faults[fault](state, seen, RolloutPlanner.Decide(spec, state, seen)));
        Assert.NotNull(walker.Run());
    }

    private static Decision With(Decision decision, RolloutState next) => next == decision.Next ? decision : decision with { Next = next };
}
