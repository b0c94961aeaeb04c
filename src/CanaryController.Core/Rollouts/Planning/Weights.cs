using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Moves the wanted weight within what the canary carries.</summary>
internal static class Weights
{
    /// <summary>
    /// Up to <paramref name="target"/> in one go once there is room for it, down as far as capacity fell. Steps of one instance each would only make
    /// many small changes of the same one.
    /// </summary>
    public static CanaryWeight Toward(Turn turn, RolloutState state, CanaryWeight target, bool hasRoom)
    {
        var weight = target < state.Weight || hasRoom ? target : state.Weight;
        return Capped(turn, state, weight);
    }

    public static CanaryWeight Capped(Turn turn, RolloutState state, CanaryWeight weight) =>
        Capacity.IsKnown(turn.Spec, turn.Seen) ? CanaryWeight.Min(weight, Capacity.Carried(turn.Spec, state, turn.Seen.Workload)) : weight;

    /// <summary>The weight at which a step that is entered now begins.</summary>
    public static CanaryWeight AtStep(Turn turn, RolloutState state)
    {
        var step = Steps.Present(state);
        return Toward(turn, state, step.Weight, Windows.MayAdvance(state, turn.Seen) && Capacity.HasRoomFor(turn.Spec, state, turn.Seen, step));
    }

    public static CanaryWeight AtPromotion(Turn turn, RolloutState state) =>
        Toward(turn, state, CanaryWeight.Full, Windows.MayAdvance(state, turn.Seen) && Capacity.HasRoomForAll(turn.Spec, state, turn.Seen));

    /// <summary>
    /// The router carries all that was asked of it so far, and the capacity for <paramref name="weight"/> has come. That is progress: nothing is given up
    /// now, and the router has the whole deadline for the weight.
    /// </summary>
    public static bool MayRise(Turn turn, CanaryWeight weight) => weight > turn.State.Weight && turn.IsTakenUp;

    /// <summary>Announces a weight that changed because capacity did.</summary>
    public static void Change(Turn turn, CanaryWeight weight)
    {
        var state = turn.State;
        if (weight == state.Weight)
        {
            return;
        }

        var ready = turn.Seen.Workload.CanaryReady;
        var (instances, carry, are) = ready == 1 ? ("instance", "carries", "is") : ("instances", "carry", "are");
        var message = weight < state.Weight
            ? $"{ready} ready {instances} of {turn.Canary} {carry} only {weight}: the weight falls from {state.Weight}."
            : $"{ready} {instances} of {turn.Canary} {are} ready: the weight rises from {state.Weight} to {weight}.";
        var waiting = state.WaitingSince is not null && MayRise(turn, weight) ? turn.Now : state.WaitingSince;
        var next = state with { Weight = weight, StepSince = null, WaitingSince = waiting, HeldSince = null, DrainSince = null };
        turn.Record(next, RolloutReason.CapacityChanged, message);
    }
}
