using System.Collections.Immutable;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>One decision in the making.</summary>
internal sealed class Turn(RolloutSpec spec, RolloutState state, RolloutObservation seen)
{
    private ImmutableArray<Transition> _transitions = [];

    public RolloutSpec Spec => spec;

    public RolloutObservation Seen => seen;

    public DateTimeOffset Now => seen.Now;

    public RolloutState State { get; set; } = state;

    public CommandResult? Answer { get; set; }

    public EquatableArray<Transition> Transitions => new(_transitions);

    public bool IsManaged => spec.Workload is WorkloadKind.Managed;

    public string Canary => State.CanaryRevision ?? "the canary";

    public string Stable => State.StableRevision ?? "stable";

    /// <summary>The split that the state asks for.</summary>
    public TrafficSplit? WantedSplit => Splits.Wanted(State);

    /// <summary>The router said that requests go as the state asks; at a deletion it is also enough that nobody is left who would say so.</summary>
    public bool IsTakenUp => Splits.IsTakenUp(State, seen.Route) || Aborting.IsUnanswered(this);

    /// <summary>The router was seen to carry out something else; not knowing is not seeing.</summary>
    public bool IsForeign => seen.Route.Applied is { } applied && WantedSplit is { } wanted && !applied.RoutesAlike(wanted);

    /// <summary>Makes <paramref name="next"/> the state and announces it.</summary>
    public void Record(RolloutState next, RolloutReason reason, string message, string? actor = null) =>
        Announce(
            next with
            {
                PhaseSince = next.Phase == State.Phase ? next.PhaseSince : Now,
                Reason = reason,
                Message = message,
                Sequence = State.Sequence + 1,
            },
            actor);

    /// <summary>The same, where <paramref name="next"/> says already since when, why and which: a state is large, and is copied once less.</summary>
    public void Announce(RolloutState next, string? actor)
    {
        var from = State.Phase;
        State = next;
        _transitions = _transitions.Add(new Transition(
            next.Sequence, Now, from, next.Phase, next.CanaryRevision, next.Attempt, next.StepIndex, next.Weight, next.Reason, next.Message, actor));
    }
}
