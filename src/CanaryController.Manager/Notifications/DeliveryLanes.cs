using CanaryController.Resources;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Notifications;

/// <summary>
/// What waits to be told: a queue for each pair of rollout and channel, and how many wait together. Bounded both ways. For all threads; one worker at a time has a lane.
/// </summary>
internal sealed class DeliveryLanes
{
    /// <summary>How many may wait in one lane.</summary>
    public const int MaxInLane = 200;

    /// <summary>How many may wait together.</summary>
    public const int MaxTogether = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<LaneKey, Queue<PendingDelivery>> _lanes = [];
    private int _count;

    /// <summary>How many wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Adds <paramref name="delivery"/> behind those of its rollout and channel.</summary>
    public LaneEntry Add(PendingDelivery delivery)
    {
        lock (_gate)
        {
            var key = LaneKey.Of(delivery);
            var isThere = _lanes.TryGetValue(key, out var lane);
            if (_count >= MaxTogether || lane?.Count >= MaxInLane)
            {
                return LaneEntry.Full;
            }

            if (lane is null)
            {
                _lanes[key] = lane = new();
            }

            lane.Enqueue(delivery);
            _count++;
            return isThere ? LaneEntry.Behind : LaneEntry.First;
        }
    }

    /// <summary>The next one of a lane; null when it is empty, and then its worker is done with it.</summary>
    public PendingDelivery? Next(LaneKey key)
    {
        lock (_gate)
        {
            return _lanes.TryGetValue(key, out var lane) ? lane.Peek() : null;
        }
    }

    /// <summary>The next one of a lane is settled.</summary>
    public void Settled(LaneKey key)
    {
        lock (_gate)
        {
            var lane = _lanes[key];
            lane.Dequeue();
            _count--;
            if (lane.Count == 0)
            {
                _lanes.Remove(key);
            }
        }
    }
}

/// <summary>Names a lane.</summary>
internal readonly record struct LaneKey(RolloutKey Rollout, ChannelKey Channel)
{
    /// <summary>The lane of <paramref name="delivery"/>.</summary>
    public static LaneKey Of(PendingDelivery delivery) => new(delivery.Notification.Rollout, delivery.Channel);
}

/// <summary>Where a delivery was put.</summary>
internal enum LaneEntry
{
    /// <summary>At the head: somebody has to begin to work on the lane.</summary>
    First,

    /// <summary>Behind others.</summary>
    Behind,

    /// <summary>Nowhere: too many wait.</summary>
    Full,
}
