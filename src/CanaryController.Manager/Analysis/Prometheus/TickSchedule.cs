namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// When to look next (ADR 0004): just after the next sample is due, so that it is judged as soon as it is stored. When it is not there yet, look again soon, a few
/// times, and learn how late samples arrive. Not thread-safe.
/// </summary>
internal sealed class TickSchedule
{
    /// <summary>Added to the moment a sample is due.</summary>
    public const int MarginMs = 40;

    /// <summary>How soon to look again for a sample that is not there.</summary>
    public const int RetryMs = 100;

    /// <summary>How often.</summary>
    public const int MaxRetries = 3;

    /// <summary>The least between two looks where each is worth its query: one or two targets, or evidence that is about to decide.</summary>
    public const int CloseMs = 100;

    /// <summary>So few targets have a look each.</summary>
    private const int FewTargets = 2;

    /// <summary>Looks in between that may follow each other; each is regained in two intervals.</summary>
    private const int MaxExtraLooks = 4;

    private const int MaxLateMs = 2_000;
    private const int MinLateMs = -500;

    private const int StepMs = 50;

    private int _retries;
    private Awaited? _awaited;
    private Awaited? _givenUp;
    private long _repaidMs;

    /// <summary>
    /// How much later than their timestamps samples are found, learnt: a scrape's own duration, and the difference of two machines' clocks. It falls slowly while samples are found
    /// at once, and rises when they were found after looks in vain.
    /// </summary>
    public int LateMs { get; private set; }

    /// <summary>The next look.</summary>
    /// <param name="targets">What is scraped.</param>
    /// <param name="lastTick">When the last look began; what it brought is in <paramref name="targets"/>.</param>
    /// <param name="isClose">A canary's evidence is about to decide: the next target's samples may.</param>
    public DateTimeOffset Next(IReadOnlyCollection<ScrapeTarget> targets, DateTimeOffset lastTick, bool isClose = false)
    {
        var lastMs = lastTick.ToUnixTimeMilliseconds();
        if (_awaited is { } awaited && awaited.DueMs + LateMs <= lastMs)
        {
            if (!awaited.Came && _retries < MaxRetries)
            {
                _retries++;
                return lastTick.AddMilliseconds(RetryMs);
            }

            Learn(awaited);
        }

        _retries = 0;
        var (intervalMs, alive) = ShortestInterval(targets, lastMs);

        // A little more than half: many targets with many phases make fewer than two looks an interval.
        var gapMs = Math.Clamp(intervalMs * 55 / 100, 500, 7_500);
        _awaited = Due(targets, lastMs);
        var dueMs = _awaited is { } next ? next.DueMs + LateMs + MarginMs : lastMs + intervalMs;
        if (alive is > 0 and <= FewTargets || (isClose && dueMs < lastMs + gapMs && TakeExtra(lastMs, intervalMs)))
        {
            gapMs = CloseMs;
        }

        return DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(Math.Max(lastMs + gapMs, dueMs), lastMs + Math.Clamp(2 * intervalMs, 1_000, 15_000)));
    }

    private bool TakeExtra(long nowMs, int intervalMs)
    {
        var repaidMs = Math.Max(_repaidMs, nowMs) + (2L * intervalMs);
        if (repaidMs > nowMs + (MaxExtraLooks * 2L * intervalMs))
        {
            return false;
        }

        _repaidMs = repaidMs;
        return true;
    }

    private void Learn(Awaited awaited)
    {
        if (_givenUp is { Came: true })
        {
            // It did come, after the last look in vain: samples arrive later than is looked for.
            LateMs += MaxRetries * RetryMs;
        }
        else if (awaited.Came)
        {
            LateMs += _retries > 0 ? _retries * StepMs : -2;
        }

        _givenUp = awaited.Came ? null : awaited;
        LateMs = Math.Clamp(LateMs, MinLateMs, MaxLateMs);
    }

    private static (int IntervalMs, int Alive) ShortestInterval(IReadOnlyCollection<ScrapeTarget> targets, long nowMs)
    {
        var (shortest, alive) = (int.MaxValue, 0);
        foreach (var target in targets)
        {
            if (target.IntervalMs is { } interval && IsAlive(target, interval, nowMs))
            {
                shortest = Math.Min(shortest, interval);
                alive++;
            }
        }

        return (shortest == int.MaxValue ? 1_000 : Math.Clamp(shortest, 500, 15_000), alive);
    }

    private Awaited? Due(IReadOnlyCollection<ScrapeTarget> targets, long nowMs)
    {
        Awaited? first = null;
        foreach (var target in targets)
        {
            if (target.IntervalMs is not { } interval || !IsAlive(target, interval, nowMs))
            {
                continue;
            }

            // What was due by now and did not come is not waited for any longer: its next scrape is.
            target.Miss(nowMs - LateMs - MarginMs);
            if (target.DueMs is { } due && (first is not { } earlier || due < earlier.DueMs))
            {
                first = new(target, due, interval);
            }
        }

        return first;
    }

    private static bool IsAlive(ScrapeTarget target, int intervalMs, long nowMs) => target.LastMs + (5L * intervalMs) > nowMs;

    /// <summary>A sample that is waited for.</summary>
    private readonly record struct Awaited(ScrapeTarget Target, long DueMs, int IntervalMs)
    {
        /// <summary>It is there.</summary>
        public bool Came => Target.LastMs >= DueMs - (IntervalMs / 2);
    }
}
