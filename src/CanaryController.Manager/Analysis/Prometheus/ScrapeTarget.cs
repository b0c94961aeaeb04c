namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// One thing that Prometheus scrapes, as its samples' timestamps show it: how often it is scraped and when the next scrape is due. Guarded by
/// <see cref="EvidenceBook"/>.
/// </summary>
internal sealed class ScrapeTarget(string name)
{
    private const int Kept = 8;
    private const int RoundToMs = 50;

    private readonly long[] _gaps = new long[Kept];
    private int _count;
    private int _missed;

    /// <summary>Job and instance.</summary>
    public string Name { get; } = name;

    /// <summary>The newest sample's timestamp, milliseconds since the Unix epoch.</summary>
    public long LastMs { get; private set; }

    /// <summary>
    /// The median of the last gaps (the lower one of two, so that one missed scrape does not double it), rounded to 50 ms so that a restart finds the same; null
    /// before two gaps were seen.
    /// </summary>
    public int? IntervalMs { get; private set; }

    /// <summary>When the next sample is due; null when that cannot be known.</summary>
    public long? DueMs => IntervalMs is { } interval ? LastMs + ((1 + (long)_missed) * interval) : null;

    /// <summary>A sample of this target was scraped then. Only the newest ones count.</summary>
    public void Seen(long timestampMs)
    {
        if (timestampMs <= LastMs)
        {
            return;
        }

        if (LastMs > 0)
        {
            _gaps[_count++ % Kept] = timestampMs - LastMs;
            IntervalMs = Median();
        }

        LastMs = timestampMs;
        _missed = 0;
    }

    /// <summary>Everything due by <paramref name="nowMs"/> did not come: wait for the one after.</summary>
    public void Miss(long nowMs)
    {
        if (IntervalMs is { } interval && DueMs <= nowMs)
        {
            _missed = (int)Math.Min(1_000, (nowMs - LastMs) / interval);
        }
    }

    private int? Median()
    {
        var count = Math.Min(_count, Kept);
        if (count < 2)
        {
            return null;
        }

        Span<long> sorted = stackalloc long[count];
        _gaps.AsSpan(0, count).CopyTo(sorted);
        sorted.Sort();
        var rounded = (sorted[(count - 1) / 2] + (RoundToMs / 2)) / RoundToMs * RoundToMs;
        return (int)Math.Clamp(rounded, RoundToMs, 600_000);
    }
}
