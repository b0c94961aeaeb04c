using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Rollouts.Walk;

internal static class WorkloadInvariants
{
    public static string? InstancesGoOnlyAfterTheDrain(Edge edge)
    {
        if (Scaling(edge) is not { Replicas: 0 })
        {
            return null;
        }

        var (before, applied) = (edge.State, edge.Seen.Route);
        return before.Phase is not (RolloutPhase.Aborting or RolloutPhase.Aborted) ? "Scaled to 0 outside an abort."
            : !(applied.Accepted || IsUnanswered(edge)) || applied.Applied?.SoleVersion != before.StableRevision ? "Scaled to 0 before the router took up weight 0."
            : before.DrainSince is null || edge.Seen.Now - before.DrainSince < edge.Spec.DrainDelay ? "Scaled to 0 before the drain delay passed."
            : null;
    }

    public static string? CapacityStaysUnderTraffic(Edge edge)
    {
        if (Scaling(edge)?.Replicas > Math.Max(edge.Seen.Workload.MaxSize ?? int.MaxValue, edge.Seen.Workload.StableSize))
        {
            return "Scaled beyond what an autoscaler would give.";
        }

        if (Scaling(edge) is not { } scale || scale.Replicas >= edge.Seen.Workload.CanarySize)
        {
            return edge.Spec.Workload is WorkloadKind.External && edge.Decision.Effects.Any(one => one is Effect.ScaleCanary or Effect.HandOver)
                ? "Scaled what somebody else runs."
                : null;
        }

        return !(edge.Seen.Route.Accepted || IsUnanswered(edge)) || edge.Decision.Effects.Any(one => one is Effect.ApplySplit) ? "Scaled down while the router was not there yet."
            : scale.Replicas * 100m / Math.Max(1, Math.Min(edge.After.StableSizeAtStart, edge.Seen.Workload.MaxSize ?? int.MaxValue)) < edge.After.Weight.Percent ? "Scaled below what the weight needs."
            : null;
    }

    public static string? HandOverComesAfterAllTraffic(Edge edge)
    {
        var (before, after) = (edge.State, edge.After);
        var isAsked = edge.Decision.Effects.Any(one => one is Effect.HandOver);
        if (isAsked && !after.HandOverStarted)
        {
            return "Handed over before that was remembered.";
        }

        if (before.HandOverStarted && after.Phase is not (RolloutPhase.Promoting or RolloutPhase.Promoted) && Invariants.SameAttempt(edge))
        {
            return "A hand over was left halfway.";
        }

        if (!after.HandOverStarted || before.HandOverStarted)
        {
            return null;
        }

        return before.Weight != CanaryWeight.Full || edge.Seen.Route is not { Accepted: true } ? "Handed over before all traffic was taken up."
            : before.DrainSince is null || edge.Seen.Now - before.DrainSince < edge.Spec.DrainDelay ? "Handed over before stable was drained."
            : edge.Seen.Workload.CanaryReady < edge.Seen.Workload.StableSize ? "Handed over with too few instances."
            : null;
    }

    /// <summary>A deletion has waited long enough for somebody to accept what the router carries.</summary>
    private static bool IsUnanswered(Edge edge) =>
        edge is { State.Phase: RolloutPhase.Aborting, Seen.Leaves: true } && edge.Seen.Now - edge.State.WaitingSince >= WalkBounds.Unit;

    private static Effect.ScaleCanary? Scaling(Edge edge) => edge.Decision.Effects.OfType<Effect.ScaleCanary>().SingleOrDefault();
}
