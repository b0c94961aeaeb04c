using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Testing;

/// <summary>
/// A clock that tests move, and that tells which delays the code under test began on it: whoever moves it before a delay has begun would wait for that one for ever. Where many threads use it, a move that meets another
/// thread's timer at the wrong moment wakes nobody (the fake clock lets one thread at a time wake, and drops the others): who waits for the consequences of a move calls <see cref="Wake"/> meanwhile.
/// </summary>
internal sealed class WatchedTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private const int MaxLooks = 3_000;
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<TimeSpan, SemaphoreSlim> _delays = new();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);

        // Task.Delay hands its task over; deadlines of requests hand over their source.
        if (state is Task)
        {
            Begun(dueTime).Release();
        }

        return timer;
    }

    /// <summary>Waits until somebody has begun a delay of exactly that length, one more a call.</summary>
    public async Task WhenDelayedAsync(TimeSpan delay)
    {
        for (var looks = 0; looks < MaxLooks; looks++)
        {
            if (await Begun(delay).WaitAsync(_look))
            {
                return;
            }

            Wake();
        }

        throw new TimeoutException($"Nobody began a delay of {delay}.");
    }

    /// <summary>Wakes whoever is due, without moving.</summary>
    public void Wake() => Advance(TimeSpan.Zero);

    private SemaphoreSlim Begun(TimeSpan delay) => _delays.GetOrAdd(delay, _ => new(0));
}
