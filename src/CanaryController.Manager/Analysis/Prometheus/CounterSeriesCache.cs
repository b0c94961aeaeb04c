using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// Finds a series by the bytes of its label set, which Prometheus writes the same each time, so that in the steady state no label is looked at and no string is made.
/// Guarded by <see cref="EvidenceBook"/>.
/// </summary>
internal sealed class CounterSeriesCache(Func<string, RouteSlot?> slotOf)
{
    /// <summary>More series than this are not kept apart: those after it are not counted, which is no data, never a pass.</summary>
    public const int MaxSeries = 2_000_000;

    private readonly Dictionary<byte[], CounterEntry> _entries = new(LabelBytes.Comparer);
    private readonly Dictionary<string, ScrapeTarget> _targets = new(StringComparer.Ordinal);

    /// <summary>What was scraped.</summary>
    public IReadOnlyCollection<ScrapeTarget> Targets => _targets.Values;

    /// <summary>The series with this label set; null when it is none that anybody counts.</summary>
    public CounterEntry? Find(CounterKind kind, ReadOnlySpan<byte> labels)
    {
        if (_entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(labels, out var known))
        {
            return known;
        }

        return Make(kind, labels);
    }

    /// <summary>Forgets series of routes that nobody is judged by any more, and targets that were not scraped since <paramref name="beforeMs"/>.</summary>
    public void Sweep(long beforeMs)
    {
        foreach (var (labels, entry) in _entries)
        {
            if (entry.Slot.Rollouts.Count == 0)
            {
                _entries.Remove(labels);
            }
        }

        foreach (var (name, target) in _targets)
        {
            if (target.LastMs < beforeMs)
            {
                _targets.Remove(name);
            }
        }
    }

    private CounterEntry? Make(CounterKind kind, ReadOnlySpan<byte> labels)
    {
        CounterLabels? parsed;
        try
        {
            parsed = CounterLabels.Parse(labels);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // A label that is no string, or no UTF-8, cannot be one of ours: the series is not counted.
            return null;
        }

        if (parsed is null || _entries.Count >= MaxSeries || slotOf(parsed.Route) is not { } slot)
        {
            return null;
        }

        if (!_targets.TryGetValue(parsed.Target, out var target))
        {
            target = new ScrapeTarget(parsed.Target);
            _targets.Add(parsed.Target, target);
        }

        slot.Targets.Add(target);
        var entry = new CounterEntry(kind, parsed, slot, target);
        _entries.Add(labels.ToArray(), entry);
        return entry;
    }

    /// <summary>Compares label sets by their bytes.</summary>
    private sealed class LabelBytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static LabelBytes Comparer { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
