using CanaryController.Resources;

namespace CanaryController.Manager.Rollouts;

/// <summary>What the queue knows of one key. Guarded by the queue's lock.</summary>
internal sealed class QueueEntry(RolloutKey key)
{
    public RolloutKey Key { get; } = key;

    /// <summary>The lane it waits in now.</summary>
    public QueueLane Waiting { get; set; }

    /// <summary>A worker has it.</summary>
    public bool Working { get; set; }

    /// <summary>Woken while a worker had it: it waits there again as soon as the worker is done.</summary>
    public QueueLane Again { get; set; }

    /// <summary>When it enters the normal lane by itself; null = only when woken.</summary>
    public DateTimeOffset? Due { get; set; }

    /// <summary>Failures since the last success; above 0 only what somebody waits for, or is urgent, comes before <see cref="Due"/>.</summary>
    public int Failures { get; set; }

    /// <summary>True when nothing is worth remembering.</summary>
    public bool IsForgettable => Waiting == QueueLane.None && !Working && Due is null && Failures == 0;
}
