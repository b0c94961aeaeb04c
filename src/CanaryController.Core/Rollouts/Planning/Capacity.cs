using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>What the ready instances of each version can carry.</summary>
internal static class Capacity
{
    /// <summary>External instances are counted by the router: while it says nothing, nothing is known of them, and the weight neither rises nor falls.</summary>
    public static bool IsKnown(RolloutSpec spec, RolloutObservation seen) => spec.Workload is WorkloadKind.Managed || seen.Route.Applied is not null;

    /// <summary>The largest weight that the canary's ready instances carry: Managed against stable's size at the start, External against its own size.</summary>
    public static CanaryWeight Carried(RolloutSpec spec, RolloutState state, WorkloadObservation workload)
    {
        long size = spec.Workload is WorkloadKind.Managed ? Math.Max(1, Whole(state, workload)) : workload.CanarySize;
        return size <= 0 ? CanaryWeight.Zero : Share(workload.CanaryReady, size);
    }

    /// <summary>What the workload needs as a whole (Managed): stable's size at the start, and never more than an autoscaler would give it.</summary>
    public static int Whole(RolloutState state, WorkloadObservation workload) => Math.Min(state.StableSizeAtStart, workload.MaxSize ?? int.MaxValue);

    /// <summary>Instances that <paramref name="weight"/> needs of a version that as a whole needs <paramref name="size"/>.</summary>
    public static int Needed(CanaryWeight weight, int size) =>
        (int)((((long)weight.BasisPoints * Math.Max(1, size)) + CanaryWeight.WholeBasisPoints - 1) / CanaryWeight.WholeBasisPoints);

    /// <summary>
    /// The canary's size at <paramref name="step"/> (Managed): what the user asks for up to the whole, but never less than the weight needs, and at least one. A copy of each request is all
    /// the load there is: unless the user says otherwise, it needs the whole.
    /// </summary>
    public static int Wanted(RolloutState state, WorkloadObservation workload, RolloutStep step)
    {
        var whole = Whole(state, workload);
        var asked = step.Replicas switch
        {
            { Count: { } count } => count,
            { Percent: { } percent } => Needed(CanaryWeight.FromBasisPoints(Math.Clamp(percent, 0, 100) * 100), whole),
            _ => step.IsMirrored ? whole : 0,
        };
        return Math.Max(1, Math.Max(Math.Min(asked, whole), Needed(step.Weight, whole)));
    }

    /// <summary>The canary's size before it takes stable's place (Managed): an autoscaler may have found since the start that more is needed.</summary>
    public static int WantedAlone(RolloutState state, WorkloadObservation workload) =>
        Math.Max(1, Math.Max(Whole(state, workload), workload.StableSize));

    /// <summary>The canary has the instances that <paramref name="step"/> asks for.</summary>
    public static bool HasRoomFor(RolloutSpec spec, RolloutState state, RolloutObservation seen, RolloutStep step) =>
        IsKnown(spec, seen)
        && seen.Workload.CanaryReady >= (spec.Workload is WorkloadKind.Managed ? Wanted(state, seen.Workload, step) : 1)
        && Carried(spec, state, seen.Workload) >= step.Weight;

    /// <summary>The canary has the instances to carry everything.</summary>
    public static bool HasRoomForAll(RolloutSpec spec, RolloutState state, RolloutObservation seen) =>
        IsKnown(spec, seen)
        && Carried(spec, state, seen.Workload) == CanaryWeight.Full
        && (spec.Workload is WorkloadKind.External || seen.Workload.CanaryReady >= WantedAlone(state, seen.Workload));

    /// <summary>
    /// What the canary keeps of <paramref name="weight"/> while traffic returns to stable: nothing when stable carries everything, otherwise no more than
    /// stable cannot carry. One unready instance, or a fifth of them, never keeps traffic on a canary that failed; nor does an autoscaler that
    /// resizes stable meanwhile, since the smaller of the sizes then and now counts.
    /// </summary>
    public static CanaryWeight Kept(RolloutSpec spec, RolloutState state, RolloutObservation seen, CanaryWeight weight)
    {
        var workload = seen.Workload;
        if (!IsKnown(spec, seen) || workload.CanaryReady <= 0)
        {
            return CanaryWeight.Zero;
        }

        var size = spec.Workload is WorkloadKind.Managed ? Math.Min(state.StableSizeAtStart, workload.StableSize) : workload.StableSize;
        var need = Math.Max(1, size);
        if (workload.StableReady >= 1 && workload.StableReady >= need - Math.Max(1, need / 5))
        {
            return CanaryWeight.Zero;
        }

        var carried = CanaryWeight.Min(Carried(spec, state, workload), weight);
        return CanaryWeight.Min(carried, CanaryWeight.FromBasisPoints(Share(workload.StableReady, need).RestBasisPoints));
    }

    private static CanaryWeight Share(int ready, long size) =>
        CanaryWeight.FromBasisPoints((int)Math.Clamp(ready * (long)CanaryWeight.WholeBasisPoints / size, 0, CanaryWeight.WholeBasisPoints));
}
