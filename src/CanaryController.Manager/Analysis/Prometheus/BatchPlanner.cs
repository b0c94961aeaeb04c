namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// Decides which rollouts share a query and how far back it reaches. One query a source and kind serves all rollouts of a tick; a past that has to be read again is read in pieces of
/// bounded length for a bounded number of routes. Guarded by <see cref="EvidenceBook"/>.
/// </summary>
internal sealed class BatchPlanner
{
    /// <summary>The longest piece of the past that one query reads.</summary>
    public const long PieceMs = 600_000;

    /// <summary>How long the route names of one query may be together, in bytes of PromQL (1,000 names of 63 characters are 64 KB).</summary>
    public const int MaxQueryChars = 256 * 1024;

    private const long MinRouteSeconds = 60;

    private int _liveRoutes = 5_000;
    private long _routeSeconds = 12_000;

    /// <summary>True when a tick's query can bring what is missing: a few scrapes.</summary>
    public static bool IsRecent(TrackedRollout rollout, long nowMs) =>
        nowMs - rollout.CoveredToMs <= Math.Max(5_000, 4 * (long)rollout.Plan.ScrapeInterval.TotalMilliseconds);

    /// <summary>The queries of a tick.</summary>
    public IReadOnlyList<CounterBatch> Live(IEnumerable<TrackedRollout> all, long nowMs)
    {
        var live = new List<TrackedRollout>();
        var fromMs = nowMs;
        foreach (var rollout in all)
        {
            if (rollout.Live && !IsRecent(rollout, nowMs))
            {
                rollout.Live = false;
            }
            else if (rollout.Live)
            {
                live.Add(rollout);
                fromMs = Math.Min(fromMs, rollout.CoveredToMs - OverlapMs(rollout, nowMs));
            }
        }

        return Split(live, fromMs, nowMs, _liveRoutes, true);
    }

    /// <summary>One piece of the past: of the rollout that is furthest behind, and of those that need about the same.</summary>
    public IReadOnlyList<CounterBatch> Behind(IEnumerable<TrackedRollout> all, long nowMs)
    {
        var behind = all.Where(rollout => !rollout.Live).OrderBy(rollout => rollout.CoveredToMs).ToList();
        if (behind.Count == 0)
        {
            return [];
        }

        var fromMs = behind[0].CoveredToMs - OverlapMs(behind[0], nowMs);
        var toMs = Math.Min(nowMs, Math.Max(fromMs, behind[0].CoveredToMs) + PieceMs);
        toMs = Math.Min(toMs, fromMs + (_routeSeconds * 1000));
        var routes = (int)Math.Clamp(_routeSeconds * 1000 / Math.Max(1, toMs - fromMs), 1, 500);
        var piece = behind.TakeWhile(rollout => rollout.CoveredToMs - OverlapMs(rollout, nowMs) < fromMs + 60_000).Take(routes).ToList();
        return Split(piece, fromMs, toMs, routes, false);
    }

    /// <summary>An answer was too large.</summary>
    public void AskForLess(CounterBatch batch)
    {
        if (batch.Live)
        {
            _liveRoutes = Math.Max(1, Math.Min(_liveRoutes, batch.Rollouts.Count) / 2);
        }
        else
        {
            _routeSeconds = Math.Max(MinRouteSeconds, _routeSeconds / 2);
        }
    }

    /// <summary>
    /// A sample carries the moment its scrape began and is there when it ended, at most an interval later: so much is asked for again. Without a known
    /// interval, enough to see it.
    /// </summary>
    private static long OverlapMs(TrackedRollout rollout, long nowMs) =>
        rollout.Slots.IntervalMs(nowMs) is { } interval ? interval + 250 : 65_000;

    private static List<CounterBatch> Split(List<TrackedRollout> rollouts, long fromMs, long toMs, int maxRoutes, bool live)
    {
        var batches = new List<CounterBatch>();
        foreach (var source in rollouts.GroupBy(rollout => rollout.Counted.Source))
        {
            foreach (var kind in (ReadOnlySpan<CounterKind>)[CounterKind.Requests, CounterKind.Durations])
            {
                var part = new List<TrackedRollout>();
                var chars = 0;
                foreach (var rollout in source)
                {
                    if (kind == CounterKind.Durations && !rollout.HasDurations)
                    {
                        continue;
                    }

                    if (part.Count >= maxRoutes || (chars + rollout.QueryChars > MaxQueryChars && part.Count > 0))
                    {
                        batches.Add(new(source.Key, kind, part, fromMs, toMs, live));
                        (part, chars) = ([], 0);
                    }

                    part.Add(rollout);
                    chars += rollout.QueryChars;
                }

                if (part.Count > 0)
                {
                    batches.Add(new(source.Key, kind, part, fromMs, toMs, live));
                }
            }
        }

        return batches;
    }
}
