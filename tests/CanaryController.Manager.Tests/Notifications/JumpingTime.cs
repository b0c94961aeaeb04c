using System.Collections.Concurrent;

namespace CanaryController.Manager.Tests.Notifications;

/// <summary>
/// A clock on which nobody waits for a delay: each is noted, time jumps by it, and it is over. Deadlines of requests run on the real clock, so that a slow machine ends none of them early.
/// </summary>
internal sealed class JumpingTime : TimeProvider
{
    private static readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly ConcurrentQueue<TimeSpan> _rests = new();
    private long _jumpedTicks;

    /// <summary>The delays so far, in order.</summary>
    public IReadOnlyList<TimeSpan> Rests => [.. _rests];

    public override DateTimeOffset GetUtcNow() => _start.AddTicks(Interlocked.Read(ref _jumpedTicks));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        // Task.Delay hands itself over; a CancellationTokenSource does the same.
        if (state is not Task || dueTime == Timeout.InfiniteTimeSpan)
        {
            return System.CreateTimer(callback, state, dueTime, period);
        }

        _rests.Enqueue(dueTime);
        Interlocked.Add(ref _jumpedTicks, dueTime.Ticks);
        return System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
