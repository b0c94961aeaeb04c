using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis;
using CanaryController.Resources;

namespace CanaryController.Manager.Rollouts;

/// <summary>
/// How many rollouts of the fleet may be under way at once, and who is next: whoever asked first. All is read from the states that are stored, so a restart and another leader go on from there; only
/// starts that are being decided right now are remembered here, so that two workers do not take the same place. Rollouts at a closed window, or that cannot be decided about, keep nobody waiting.
/// </summary>
internal sealed class UnderWayLimit(FleetOptions options, IRolloutResources resources, IRolloutStore store, LiveRollouts live, RolloutWindows windows, IRolloutWaker waker)
{
    private readonly Lock _gate = new();
    private readonly HashSet<RolloutKey> _starting = [];

    /// <summary>Keeps a place for a rollout at rest that may start now. Null when there is one, or none is needed; otherwise what it waits for, in one sentence. <see cref="Release"/> follows.</summary>
    public string? Take(RolloutResource resource, RolloutState state, RolloutObservation seen)
    {
        if (options.MaxUnderWay == 0 || !state.Phase.IsAtRest() || !Asks(state, seen))
        {
            return null;
        }

        lock (_gate)
        {
            var underWay = store.Active.Concat(_starting).Where(key => key != resource.Key).Distinct().Count();
            var asked = state.Pending?.AskedAt ?? seen.Now;
            var before = Waiting(seen.Now).Count(other => other.Key != resource.Key && !_starting.Contains(other.Key) && (other.AskedAt, other.Key).CompareTo((asked, resource.Key)) < 0);
            if (underWay + before < options.MaxUnderWay)
            {
                _starting.Add(resource.Key);
                return null;
            }

            var more = before switch
            {
                0 => "",
                1 => ", and 1 waits before this one",
                _ => $", and {before} wait before this one",
            };
            return $"{underWay} of {options.MaxUnderWay} rollouts are under way{more}.";
        }
    }

    /// <summary>The decision is stored, or was not made.</summary>
    public void Release(RolloutKey key)
    {
        if (options.MaxUnderWay > 0)
        {
            lock (_gate)
            {
                _starting.Remove(key);
            }
        }
    }

    /// <summary>A rollout came to rest: whoever waits for its place looks again.</summary>
    public void Note(RolloutState before, RolloutState after, DateTimeOffset now)
    {
        if (options.MaxUnderWay > 0 && !before.Phase.IsAtRest() && after.Phase.IsAtRest())
        {
            foreach (var (_, key) in Waiting(now))
            {
                waker.Wake(key, QueueLane.Normal);
            }
        }
    }

    private static bool Asks(RolloutState state, RolloutObservation seen) =>
        !seen.Leaves && (state.Pending is not null || (seen.DeclaredRevision is { } declared && declared != state.DeclaredRevision)
            || seen.Command is { Action: RolloutAction.Start or RolloutAction.Retry or RolloutAction.Undo or RolloutAction.BreakGlass });

    private IEnumerable<(DateTimeOffset AskedAt, RolloutKey Key)> Waiting(DateTimeOffset now) =>
        from key in store.Keys
        let state = store.Read(key).State
        where state.Phase.IsAtRest() && state.Pending is not null && live.Find(key).FailingSince is null
        let resource = resources.Find(key)
        where resource is { Spec: not null, IsLeft: false, Deleted: false, Released: false } && windows.Look(resource, now).IsOpen
        select (state.Pending!.AskedAt, key);
}

/// <summary>The section <c>rollouts</c>.</summary>
/// <param name="MaxUnderWay">How many rollouts may be under way at once; 0 = any number, the default. Up to 100,000.</param>
internal sealed record FleetOptions(int MaxUnderWay = 0);
