using CanaryController.Manager.Analysis.Prometheus.Sources;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>What is known of one metric source: whose series it has, and its histograms' bounds. Guarded by <see cref="EvidenceBook"/>.</summary>
internal sealed class SourceSeries
{
    private readonly Dictionary<string, CounterSlot> _slots = new(StringComparer.Ordinal);

    public SourceSeries(CounterSource source, Dictionary<string, ScrapeTarget> targets)
    {
        Source = source;
        Cache = new CounterSeriesCache(source, _slots.GetValueOrDefault, targets);
    }

    /// <summary>The source.</summary>
    public CounterSource Source { get; }

    /// <summary>The bounds of its histograms.</summary>
    public KnownBounds Bounds { get; private set; } = KnownBounds.None;

    /// <summary>Its series.</summary>
    public CounterSeriesCache Cache { get; }

    /// <summary>The slots of a rollout, made when they are new.</summary>
    public CounterSlots SlotsOf(CountedBy counted)
    {
        var slots = new List<CounterSlot>();
        foreach (var key in counted.Series.Select(series => series.Key).Distinct(StringComparer.Ordinal))
        {
            if (!_slots.TryGetValue(key, out var slot))
            {
                slot = new CounterSlot(key);
                _slots.Add(key, slot);
            }

            slots.Add(slot);
        }

        return new(slots);
    }

    /// <summary>The bounds of a rollout's histograms.</summary>
    public HistogramBounds BoundsOf(CountedBy counted) => Bounds.Of(counted);

    /// <summary>
    /// Takes bounds in that were read. A histogram that is not there any more, as of pods that were scaled away, keeps those it had while somebody is judged by it. True when something
    /// is new.
    /// </summary>
    public bool Learn(KnownBounds read)
    {
        var learnt = Bounds.With(read, _slots.ContainsKey);
        var isNew = !learnt.IsSameAs(Bounds);
        Bounds = learnt;
        return isNew;
    }

    /// <summary>Drops what nobody needs any more. True when nothing is left.</summary>
    public bool Sweep(long beforeMs)
    {
        Cache.Sweep();
        foreach (var (key, slot) in _slots)
        {
            slot.Targets.RemoveWhere(target => target.LastMs < beforeMs);
            if (slot.Rollouts.Count == 0)
            {
                _slots.Remove(key);
            }
        }

        return _slots.Count == 0;
    }
}
