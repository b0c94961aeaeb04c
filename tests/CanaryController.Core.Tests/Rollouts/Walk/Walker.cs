using CanaryController.Core.Rollouts;

namespace CanaryController.Core.Tests.Rollouts.Walk;

/// <summary>A decision function like <see cref="RolloutPlanner.Decide"/>, or a broken one.</summary>
internal delegate Decision Decider(RolloutSpec spec, RolloutState? state, RolloutObservation seen);

/// <summary>One decision of the walk.</summary>
internal sealed record Edge(Decider Decide, RolloutSpec Spec, RolloutState? Before, RolloutObservation Seen, Decision Decision)
{
    public RolloutState After => Decision.Next;

    public RolloutState State => Before ?? new RolloutState();
}

/// <summary>Visits every state that any sequence of inputs leads to, breadth first, and checks every decision on the way.</summary>
internal sealed class Walker(RolloutSpec spec, Decider decide, Func<Edge, string?> check)
{
    private readonly HashSet<RolloutState> _known = [];
    private readonly Queue<RolloutState> _open = new();

    public IReadOnlyCollection<RolloutState> States => _known;

    public long Edges { get; private set; }

    /// <summary>From which phase to which other one, on the way, for what reasons.</summary>
    public HashSet<(RolloutPhase From, RolloutPhase To)> Arrows { get; } = [];

    public HashSet<RolloutReason> Reasons { get; } = [];

    /// <summary>The first broken invariant, shortest path first; null when all hold.</summary>
    public string? Run()
    {
        var violation = Visit(null);
        while (violation is null && _open.TryDequeue(out var state))
        {
            violation = Visit(state);
        }

        return violation;
    }

    private string? Visit(RolloutState? state)
    {
        foreach (var seen in WalkInputs.Of(spec, state))
        {
            Edges++;
            var edge = new Edge(decide, spec, state, seen, decide(spec, state, seen));
            if (check(edge) is { } broken)
            {
                return $"{broken}\nstate: {state}\nseen: {seen}\ndecision: {edge.Decision}";
            }

            foreach (var transition in edge.Decision.Transitions)
            {
                Arrows.Add((transition.From, transition.To));
                Reasons.Add(transition.Reason);
            }

            if (edge.Decision.Forget)
            {
                continue;
            }

            var next = WalkBounds.Normalize(spec, edge.After, seen.Now);
            if (_known.Add(next) && WalkBounds.Follows(spec, next))
            {
                _open.Enqueue(next);
            }
        }

        return null;
    }
}
