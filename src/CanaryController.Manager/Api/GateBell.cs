using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using MediatR;

namespace CanaryController.Manager.Api;

/// <summary>Wakes whoever waits for a change of one rollout. Those who wait hold a place each; without any, a rollout costs nothing here.</summary>
internal sealed class GateBell : INotificationHandler<RolloutTransitioned>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<RolloutKey, Rope> _ropes = [];

    /// <summary>A place that is rung at the next change. Taken before the rollout is read, so that no change is missed between the two.</summary>
    public Place Wait(RolloutKey key)
    {
        lock (_lock)
        {
            if (!_ropes.TryGetValue(key, out var rope))
            {
                _ropes[key] = rope = new();
            }

            rope.Places++;
            return new(this, key, rope);
        }
    }

    /// <summary>The rollout changed: all who wait for it look again.</summary>
    public void Ring(RolloutKey key)
    {
        lock (_lock)
        {
            if (_ropes.Remove(key, out var rope))
            {
                rope.Rung.TrySetResult();
            }
        }
    }

    /// <inheritdoc/>
    public Task Handle(RolloutTransitioned notification, CancellationToken cancellationToken)
    {
        Ring(new(notification.Event.Namespace, notification.Event.Name));
        return Task.CompletedTask;
    }

    private void Leave(RolloutKey key, Rope rope)
    {
        lock (_lock)
        {
            if (--rope.Places == 0 && _ropes.TryGetValue(key, out var present) && present == rope)
            {
                _ropes.Remove(key);
            }
        }
    }

    /// <summary>Where one waits; given back when it is disposed of, once.</summary>
    internal sealed class Place(GateBell bell, RolloutKey key, Rope rope) : IDisposable
    {
        /// <summary>Ends at the next change.</summary>
        public Task Rung => rope.Rung.Task;

        /// <inheritdoc/>
        public void Dispose() => bell.Leave(key, rope);
    }

    /// <summary>What those who wait for one rollout hold on to.</summary>
    internal sealed class Rope
    {
        public int Places { get; set; }

        public TaskCompletionSource Rung { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
