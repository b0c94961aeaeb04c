using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts;

/// <summary>
/// What to remember, what to do and what to tell. What the rollout waits for is told by <see cref="RolloutExplanation"/>, only when somebody asks.
/// </summary>
public sealed record Decision
{
    /// <summary>The state to persist before acting; the same instance when nothing changed.</summary>
    public required RolloutState Next { get; init; }

    /// <summary>
    /// What to do, in this order; each is emitted again while what is applied differs from what is wanted. Capacity comes before a weight that rises,
    /// a weight that falls before the capacity behind it.
    /// </summary>
    public EquatableArray<Effect> Effects { get; init; }

    /// <summary>
    /// What to announce, once, after persisting. More than one when one observation settles several things: an approval and the step that it completes, a
    /// finished abort and the start of the revision that caused it, steps without any condition of their own.
    /// </summary>
    public EquatableArray<Transition> Transitions { get; init; }

    /// <summary>The answer to the observation's command; null without one.</summary>
    public CommandResult? Command { get; init; }

    /// <summary>
    /// The earliest moment after the observation's at which time alone changes the decision; null = decide again only when something is seen to change.
    /// </summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>The resource is gone and nothing is left to do: its state may be removed.</summary>
    public bool Forget { get; init; }
}

/// <summary>Something to do.</summary>
public abstract record Effect
{
    private Effect()
    {
    }

    /// <summary>Make the router carry out <paramref name="Split"/>.</summary>
    public sealed record ApplySplit(TrafficSplit Split) : Effect;

    /// <summary>Give the canary <paramref name="Replicas"/> instances (Managed only).</summary>
    public sealed record ScaleCanary(string Revision, int Replicas) : Effect;

    /// <summary>Make the canary the workload's current revision (Managed only).</summary>
    public sealed record HandOver(string Revision) : Effect;
}

/// <summary>One change of the state, to be announced once.</summary>
/// <param name="Sequence">Rises by one a transition; unique in the rollout.</param>
/// <param name="At">When.</param>
/// <param name="From">The phase before.</param>
/// <param name="To">The phase after.</param>
/// <param name="Revision">The canary's revision.</param>
/// <param name="Attempt">Its attempt.</param>
/// <param name="StepIndex">The step after.</param>
/// <param name="Weight">The wanted weight after.</param>
/// <param name="Reason">Why.</param>
/// <param name="Message">Why, in one sentence.</param>
/// <param name="Actor">Who, when a person did it.</param>
public sealed record Transition(
    long Sequence,
    DateTimeOffset At,
    RolloutPhase From,
    RolloutPhase To,
    string? Revision,
    int Attempt,
    int StepIndex,
    CanaryWeight Weight,
    RolloutReason Reason,
    string Message,
    string? Actor);
