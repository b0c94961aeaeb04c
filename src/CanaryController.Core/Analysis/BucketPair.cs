namespace CanaryController.Core.Analysis;

/// <summary>
/// One histogram of one target: the bucket of all requests and that of the fast ones. A scrape counts once both are there, and not at all with one alone: without the
/// bucket that takes the fast ones off, all requests would count as slow. One may lack because a scrape is seen half stored, an answer broke off, or a
/// gateway has other buckets. When either fell the process has started again, and both count from 0.
/// </summary>
/// <param name="track">Where it counts.</param>
/// <param name="target">Its scrape target's index in the track.</param>
/// <param name="arm">Its version.</param>
internal sealed class BucketPair(CountTrack track, int target, Arm arm)
{
    /// <summary>How many samples wait for the other bucket's: more than a query's answer holds. Beyond it the oldest are forgotten.</summary>
    private const int MaxWaiting = 8_192;

    private readonly Queue<(long Ms, long Value)> _waiting = [];
    private bool _fastWait;
    private CounterState _all = Begin(target, arm, total: 1, bad: 1);
    private CounterState _fast = Begin(target, arm, total: 0, bad: -1);

    /// <summary>A bucket's next sample, newer than the one before.</summary>
    public void Observe(bool isFast, long timestampMs, long value)
    {
        if (_waiting.Count > 0 && _fastWait != isFast)
        {
            while (_waiting.TryPeek(out var older) && older.Ms < timestampMs)
            {
                _waiting.Dequeue();
            }

            if (_waiting.TryPeek(out var other))
            {
                if (other.Ms == timestampMs)
                {
                    _waiting.Dequeue();
                    Count(timestampMs, isFast ? other.Value : value, isFast ? value : other.Value);
                }

                return;
            }
        }

        _fastWait = isFast;
        _waiting.Enqueue((timestampMs, value));
        if (_waiting.Count > MaxWaiting)
        {
            _waiting.Dequeue();
        }
    }

    /// <summary>Starts again from the next samples.</summary>
    public void Forget()
    {
        _waiting.Clear();
        (_all.NewestMs, _fast.NewestMs) = (CounterState.Never, CounterState.Never);
    }

    private static CounterState Begin(int target, Arm arm, int total, int bad) =>
        new() { Target = target, Arm = arm, TotalSign = total, BadSign = bad, NewestMs = CounterState.Never };

    private void Count(long timestampMs, long all, long fast)
    {
        if (_all.NewestMs != CounterState.Never && (all < _all.Value || fast < _fast.Value))
        {
            track.SeeRestart(_all, timestampMs);
            (_all.Value, _fast.Value) = (0, 0);
        }

        track.Observe(ref _all, timestampMs, all);
        track.Observe(ref _fast, timestampMs, fast);
    }
}
