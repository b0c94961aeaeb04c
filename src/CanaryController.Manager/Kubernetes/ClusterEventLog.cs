using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Kubernetes;

/// <summary>
/// The last transitions that this process stored, for its API's event stream. Ids begin at the moment of the start, so that they rise over restarts; what happened before is told by
/// the statuses' own lists.
/// </summary>
internal sealed class ClusterEventLog(IObjectCache<RolloutObject> rollouts, TimeProvider time) : IEventLog
{
    private const int Kept = 2_000;

    private readonly Lock _gate = new();
    private readonly LinkedList<StoredTransition> _events = new();
    private long _lastId = time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000;

    /// <inheritdoc/>
    public long LastId
    {
        get
        {
            lock (_gate)
            {
                return _lastId;
            }
        }
    }

    /// <summary>Adds a transition.</summary>
    public StoredTransition Add(RolloutKey key, Transition transition)
    {
        lock (_gate)
        {
            var stored = new StoredTransition(++_lastId, key, transition);
            _events.AddLast(stored);
            if (_events.Count > Kept)
            {
                _events.RemoveFirst();
            }

            return stored;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoredTransition> After(long id, int limit)
    {
        lock (_gate)
        {
            return [.. _events.Where(stored => stored.Id > id).Take(limit)];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<RolloutEvent> Of(RolloutKey key, int limit) =>
    [
        .. (rollouts.Find(new(key.Namespace, key.Name))?.Status?.Transitions ?? []).Reverse().Take(limit)
            .Select(transition => new StoredTransition(transition.Sequence, key, transition).ToEvent()),
    ];
}
