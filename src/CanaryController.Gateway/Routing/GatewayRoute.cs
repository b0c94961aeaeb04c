using System.Collections.Immutable;

namespace CanaryController.Gateway.Routing;

/// <summary>A route at work. Lives as long as its name is configured; its plan is replaced, its counters go on.</summary>
internal sealed class GatewayRoute(RoutePlan plan)
{
    /// <summary>How many changes are remembered.</summary>
    public const int KeptChanges = 50;

    private volatile RoutePlan _plan = plan;
    private ImmutableQueue<SplitChange> _changes = [];
    private ulong _turn;
    private ulong _visitors;

    public string Name { get; } = plan.Options.Name;

    public RoutePlan Plan
    {
        get => _plan;
        set => _plan = value;
    }

    /// <summary>The last splits that came into force since the start, oldest first: also those that were in force for a moment only.</summary>
    public IEnumerable<SplitChange> Changes => Volatile.Read(ref _changes);

    /// <summary>Remembers a change. Called by one at a time.</summary>
    public void Note(SplitChange change)
    {
        var changes = _changes.Enqueue(change);
        Volatile.Write(ref _changes, changes.Count() > KeptChanges ? changes.Dequeue() : changes);
    }

    /// <summary>The version for a request: matches first, then the visitor's position, then the weights in turn.</summary>
    public GatewayVersion Choose(HttpContext context)
    {
        var now = _plan;
        if (now.ByMatch(context.Request) is { } matched)
        {
            return matched;
        }

        return now.Options.Affinity is { } affinity
            ? now.ByPosition(Affinity.PositionOf(context, affinity, ref _visitors))
            : now.ByTurn(Interlocked.Increment(ref _turn));
    }
}
