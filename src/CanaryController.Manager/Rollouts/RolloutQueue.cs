using CanaryController.Manager.Analysis;
using CanaryController.Resources;

namespace CanaryController.Manager.Rollouts;

/// <summary>
/// The work queue. A key waits in it at most once and is never handed to two workers at once; a key that is woken while it is worked on comes back
/// afterwards. Urgent keys overtake all others. A key may also come back at a moment of <see cref="TimeProvider"/>, and rests after a failure.
/// It says only that something may have changed, never what: the reconciler looks at everything anew.
/// </summary>
/// <remarks>All members take the one lock, and do no I/O under it.</remarks>
internal sealed class RolloutQueue : IRolloutWaker, IDisposable
{
    /// <summary>How many keys are remembered at most; a further one is refused and comes back with the next resync.</summary>
    public const int Capacity = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<RolloutKey, QueueEntry> _entries = [];
    private readonly LinkedList<QueueEntry> _urgent = new();
    private readonly LinkedList<QueueEntry> _prompt = new();
    private readonly LinkedList<QueueEntry> _normal = new();
    private readonly SortedSet<(DateTimeOffset Due, RolloutKey Key)> _delayed = [];
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly TimeProvider _time;
    private readonly Backoff _backoff;
    private readonly ITimer _timer;

    public RolloutQueue(TimeProvider time, Backoff backoff)
    {
        _time = time;
        _backoff = backoff;
        _timer = time.CreateTimer(_ => ReleaseDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keys that wait for a worker now.</summary>
    public int Depth
    {
        get
        {
            lock (_gate)
            {
                return _urgent.Count + _prompt.Count + _normal.Count;
            }
        }
    }

    /// <inheritdoc/>
    public void Wake(RolloutKey key, QueueLane lane)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                if (_entries.Count >= Capacity)
                {
                    return;
                }

                _entries[key] = entry = new(key);
            }

            if (entry.Working)
            {
                entry.Again = Max(entry.Again, lane);
            }
            else if (lane > QueueLane.Normal || entry.Failures == 0)
            {
                EnqueueLocked(entry, lane);
            }
        }
    }

    /// <summary>Waits for the next key. The caller works on it alone until it calls <see cref="Complete"/> or <see cref="Fail"/>.</summary>
    public async Task<RolloutKey> TakeAsync(CancellationToken cancellation)
    {
        await _waiting.WaitAsync(cancellation);
        lock (_gate)
        {
            var lane = _urgent.Count > 0 ? _urgent : _prompt.Count > 0 ? _prompt : _normal;
            var entry = lane.First!.Value;
            lane.RemoveFirst();
            entry.Waiting = QueueLane.None;
            entry.Working = true;
            SetDueLocked(entry, null);
            return entry.Key;
        }
    }

    /// <summary>The work on <paramref name="key"/> went well; it comes back at <paramref name="due"/>, or when it is woken.</summary>
    public void Complete(RolloutKey key, DateTimeOffset? due)
    {
        lock (_gate)
        {
            var entry = _entries[key];
            entry.Failures = 0;
            Release(entry, due);
        }
    }

    /// <summary>The work on <paramref name="key"/> failed; it rests, at most <paramref name="longest"/>, unless something urgent comes.</summary>
    public void Fail(RolloutKey key, TimeSpan longest)
    {
        lock (_gate)
        {
            var entry = _entries[key];
            entry.Failures++;
            entry.Again = entry.Again > QueueLane.Normal ? entry.Again : QueueLane.None;
            Release(entry, _time.GetUtcNow() + _backoff.After(entry.Failures, longest));
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _waiting.Dispose();
    }

    private static QueueLane Max(QueueLane left, QueueLane right) => left >= right ? left : right;

    private void Release(QueueEntry entry, DateTimeOffset? due)
    {
        entry.Working = false;
        SetDueLocked(entry, due);
        if (entry.Again != QueueLane.None)
        {
            EnqueueLocked(entry, entry.Again);
            entry.Again = QueueLane.None;
        }
        else if (entry.IsForgettable)
        {
            _entries.Remove(entry.Key);
        }
    }

    private void EnqueueLocked(QueueEntry entry, QueueLane lane)
    {
        if (lane <= entry.Waiting)
        {
            return;
        }

        if (entry.Waiting == QueueLane.None)
        {
            _waiting.Release();
        }
        else
        {
            Lane(entry.Waiting).Remove(entry);
        }

        entry.Waiting = lane;
        Lane(lane).AddLast(entry);
    }

    private LinkedList<QueueEntry> Lane(QueueLane lane) => lane switch
    {
        QueueLane.Urgent => _urgent,
        QueueLane.Prompt => _prompt,
        QueueLane.Normal or QueueLane.None => _normal,
    };

    private void SetDueLocked(QueueEntry entry, DateTimeOffset? due)
    {
        if (entry.Due is { } before)
        {
            _delayed.Remove((before, entry.Key));
        }

        entry.Due = due;
        if (due is { } moment)
        {
            _delayed.Add((moment, entry.Key));
            if (_delayed.Min.Key == entry.Key)
            {
                ArmLocked();
            }
        }
    }

    private void ReleaseDue()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            while (_delayed.Count > 0 && _delayed.Min.Due <= now)
            {
                var entry = _entries[_delayed.Min.Key];
                SetDueLocked(entry, null);
                EnqueueLocked(entry, QueueLane.Normal);
            }

            ArmLocked();
        }
    }

    /// <summary>Timers count whole milliseconds: rounding up keeps a key from coming a moment early, again and again.</summary>
    private void ArmLocked()
    {
        if (_delayed.Count > 0)
        {
            var wait = _delayed.Min.Due - _time.GetUtcNow();
            var milliseconds = Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, TimeSpan.FromDays(1).TotalMilliseconds);
            _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
        }
    }
}
