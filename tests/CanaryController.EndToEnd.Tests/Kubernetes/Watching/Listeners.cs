using System.Collections.Immutable;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Watching;

/// <summary>Those who hear of changes.</summary>
internal sealed class Listeners
{
    private ImmutableList<Action<ClusterEvent>> _all = [];

    public void Add(Action<ClusterEvent> listener) => ImmutableInterlocked.Update(ref _all, (all, added) => all.Add(added), listener);

    public void Remove(Action<ClusterEvent> listener) => ImmutableInterlocked.Update(ref _all, (all, gone) => all.Remove(gone), listener);

    public void Tell(ClusterEvent happened)
    {
        foreach (var listener in _all)
        {
            listener(happened);
        }
    }
}
