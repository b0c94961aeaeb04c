using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Rollouts.Walk;

internal static class WeightInvariants
{
    /// <summary>A weight rises to that of a step that was reached, or to all in a promotion; how steps are left is another invariant's business.</summary>
    public static string? RisesOnlyForAReason(Edge edge)
    {
        var (before, after) = (edge.State, edge.After);
        if (after.Phase is RolloutPhase.Promoted || !Invariants.SameAttempt(edge) || after.Weight <= before.Weight)
        {
            return null;
        }

        return after.Phase switch
        {
            RolloutPhase.Progressing or RolloutPhase.WaitingApproval when after.Weight <= after.Plan[after.StepIndex].Weight => null,
            RolloutPhase.Promoting => null,
            _ => $"The weight rose from {before.Weight} to {after.Weight} in {after.Phase}.",
        };
    }

    public static string? IsWithinCapacity(Edge edge)
    {
        var (after, workload) = (edge.After, edge.Seen.Workload);
        if (!after.Phase.IsUnderWay() || after.HandOverStarted || (edge.Spec.Workload is WorkloadKind.External && edge.Seen.Route.Applied is null))
        {
            return null;
        }

        var size = edge.Spec.Workload is WorkloadKind.Managed ? Math.Min(after.StableSizeAtStart, workload.MaxSize ?? int.MaxValue) : workload.CanarySize;
        return after.Weight == CanaryWeight.Zero || (decimal)workload.CanaryReady / Math.Max(1, size) * 100 >= after.Weight.Percent
            ? null
            : $"{after.Weight} on {workload.CanaryReady} ready of {size}.";
    }

    public static string? NeverReturnsToARejectedCanary(Edge edge)
    {
        var (before, after) = (edge.State, edge.After);
        if (before.Phase is not (RolloutPhase.Aborting or RolloutPhase.Aborted) || !Invariants.SameAttempt(edge))
        {
            return null;
        }

        return after.Phase is not (RolloutPhase.Aborting or RolloutPhase.Aborted) ? $"An aborted attempt went to {after.Phase}."
            : after.Weight > before.Weight ? "An aborted attempt's weight rose."
            : edge.Decision.Effects.Any(one => one is Effect.ApplySplit split && (split.Split.Weight > before.Weight || !split.Split.Matches.IsEmpty || split.Split.IsMirrored))
                ? "An aborted canary was given traffic."
            : null;
    }

    public static string? ReturnsAsFarAsStableCarries(Edge edge)
    {
        var (after, workload) = (edge.After, edge.Seen.Workload);
        if (after.Phase is RolloutPhase.Aborted or RolloutPhase.Idle)
        {
            return after.Weight == CanaryWeight.Zero ? null : $"{after.Phase} with weight {after.Weight}.";
        }

        if (after.Phase is not RolloutPhase.Aborting || after.Weight == CanaryWeight.Zero)
        {
            return null;
        }

        var need = edge.Spec.Workload is WorkloadKind.Managed ? Math.Min(after.StableSizeAtStart, workload.StableSize) : workload.StableSize;
        var missing = need - workload.StableReady;
        return workload.CanaryReady == 0 ? "A canary without instances kept traffic."
            : workload.StableReady >= 1 && (missing <= 1 || missing <= need / 5) ? "Stable could carry all, and did not get it."
            : after.Weight.Percent > 100 - (100m * workload.StableReady / Math.Max(1, need)) + 0.01m ? "Stable could carry more."
            : null;
    }

    /// <summary>Copies are asked for at a step that wants them, and only while the canary has no weight: otherwise it would get its own requests once more.</summary>
    public static string? IsMirroredOnlyWithoutWeight(Edge edge)
    {
        var after = edge.After;
        if (!edge.Decision.Effects.OfType<Effect.ApplySplit>().Any(one => one.Split.IsMirrored))
        {
            return null;
        }

        return after.Weight > CanaryWeight.Zero ? $"Requests were mirrored beside {after.Weight}."
            : !after.Phase.IsUnderWay() || after.Phase is RolloutPhase.Aborting or RolloutPhase.Initializing ? $"Requests were mirrored in {after.Phase}."
            : after.Plan.Take(after.StepIndex + 1).Any(step => step.IsMirrored) ? null
            : "Requests were mirrored that no step asks for.";
    }

    /// <summary>No request goes to a canary without instances, neither by weight, nor by a match, nor as a copy, while stable can be asked instead.</summary>
    public static string? NeverStaysOnADeadCanary(Edge edge)
    {
        var (after, seen) = (edge.After, edge.Seen);
        var isKnown = edge.Spec.Workload is WorkloadKind.Managed || seen.Route.Applied is not null;
        if (seen.Workload.CanaryReady > 0 || !isKnown || after.Phase.IsAtRest() || after.HandOverStarted)
        {
            return null;
        }

        var split = edge.Decision.Effects.OfType<Effect.ApplySplit>().SingleOrDefault()?.Split ?? seen.Route.Applied;
        return split is { GivesCanaryTraffic: true } && split.Canary != after.StableRevision ? $"{split} on a canary without instances." : null;
    }

    public static string? StaysWhilePaused(Edge edge) =>
        edge is { State.Phase: RolloutPhase.Paused, After.Phase: RolloutPhase.Paused } && Invariants.SameAttempt(edge)
        && (edge.After.Weight > edge.State.Weight || edge.After.StepIndex != edge.State.StepIndex)
            ? "A paused rollout moved on."
            : null;

    /// <summary>The router is told what was decided, whenever it does something else or nothing is known, and nothing else.</summary>
    public static string? IsAppliedAsDecided(Edge edge)
    {
        var after = edge.After;
        var split = edge.Decision.Effects.OfType<Effect.ApplySplit>().SingleOrDefault()?.Split;
        if (after.StableRevision is null || edge.Decision.Forget)
        {
            return split is null ? null : "A split was applied that nobody asked for.";
        }

        if (split is null)
        {
            var share = Share(edge.Seen.Route.Applied, after.CanaryRevision);
            var wanted = after.Phase switch
            {
                RolloutPhase.Promoted => CanaryWeight.Full,
                RolloutPhase.Idle => share,
                _ => after.Weight,
            };
            return share is not null && (share == wanted || after.CanaryRevision == after.StableRevision)
                ? null
                : $"The router does {edge.Seen.Route.Applied}, and was left alone.";
        }

        return after.Phase switch
        {
            RolloutPhase.Idle or RolloutPhase.Aborted or RolloutPhase.Promoted => split.SoleVersion == after.StableRevision ? null : "At rest, but not all to stable.",
            _ => split.Weight == after.Weight && split.Stable == after.StableRevision && split.Canary == after.CanaryRevision ? null : "Another split than decided.",
        };
    }

    private static CanaryWeight? Share(TrafficSplit? applied, string? canary) =>
        applied is null ? null
        : applied.SoleVersion is { } sole ? (sole == canary ? CanaryWeight.Full : CanaryWeight.Zero)
        : applied.Weight;
}
