using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Rollouts.Walk;

/// <summary>Lets a state go on in a world where all is well: it must come to rest, and a deleted rollout must be forgotten.</summary>
internal static class Homecoming
{
    private const int Rounds = 80;

    public static bool IsReached(RolloutSpec spec, RolloutState state, bool isDeleted, bool isAnswered = true)
    {
        var run = new RolloutRun(spec)
        {
            State = state,
            Now = WalkBounds.Start,
            Applied = TrafficSplit.AllTo(state.StableRevision ?? "v1"),
            Declared = state.DeclaredRevision,
            CanarySize = spec.Workload is WorkloadKind.Managed ? 0 : WalkBounds.Size,
            CanaryReady = null,
            HandedOver = spec.Workload is WorkloadKind.External,
            Verdict = Verdict.Passed,
            Deleted = isDeleted,
            RouterAccepts = isAnswered,
        };
        if (state.Weight > CanaryWeight.Zero)
        {
            run.CanarySize = WalkBounds.Size;
        }

        for (var i = 0; i < Rounds; i++)
        {
            var decision = run.Decide(Person(run.Present, isDeleted));
            if (isDeleted ? decision.Forget : IsHome(decision))
            {
                return true;
            }

            run.Now = decision.WakeAt is { } wake && decision.Effects.IsEmpty && decision.Transitions.IsEmpty ? wake : run.Now;
        }

        return false;
    }

    private static bool IsHome(Decision decision) =>
        decision.Next.Phase.IsAtRest() && decision.Next.Pending is null && decision.Effects.IsEmpty && decision.Transitions.IsEmpty;

    private static RolloutCommand? Person(RolloutState state, bool isDeleted) =>
        isDeleted ? null
        : state.Phase is RolloutPhase.Paused ? new RolloutCommand { Id = "1", Action = RolloutAction.Resume, Actor = "bob" }
        : state.Phase is RolloutPhase.WaitingApproval ? WalkInputs.Approval(state, "bob")
        : null;
}
