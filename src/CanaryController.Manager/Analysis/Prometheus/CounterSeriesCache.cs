using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using CanaryController.Manager.Analysis.Prometheus.Sources;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// Finds a series of one source by the bytes of its label set, which Prometheus writes the same each time, so that in the steady state no label is looked at and no string is made.
/// Guarded by <see cref="EvidenceBook"/>.
/// </summary>
internal sealed class CounterSeriesCache(CounterSource source, Func<string, CounterSlot?> slotOf, Dictionary<string, ScrapeTarget> targets)
{
    /// <summary>More series than this are not kept apart: those after it are not counted, which is no data, never a pass.</summary>
    public const int MaxSeries = 2_000_000;

    private readonly Dictionary<byte[], CounterEntry> _requests = new(LabelBytes.Comparer);

    /// <summary>Apart from the others: an answer that names a series of the other kind must not decide what that series counts.</summary>
    private readonly Dictionary<byte[], CounterEntry> _durations = new(LabelBytes.Comparer);

    /// <summary>The series with this label set; null when it is none that anybody counts.</summary>
    public CounterEntry? Find(CounterKind kind, ReadOnlySpan<byte> labels)
    {
        if (Of(kind).GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(labels, out var known))
        {
            return known;
        }

        return Make(kind, labels);
    }

    /// <summary>Forgets series that nobody is judged by any more.</summary>
    public void Sweep()
    {
        foreach (var entries in (ReadOnlySpan<Dictionary<byte[], CounterEntry>>)[_requests, _durations])
        {
            foreach (var (labels, entry) in entries)
            {
                if (entry.Slot.Rollouts.Count == 0)
                {
                    entries.Remove(labels);
                }
            }
        }
    }

    private Dictionary<byte[], CounterEntry> Of(CounterKind kind) => kind == CounterKind.Requests ? _requests : _durations;

    private CounterEntry? Make(CounterKind kind, ReadOnlySpan<byte> labels)
    {
        CounterLabels? parsed;
        try
        {
            parsed = CounterLabels.Parse(source, kind, labels);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // A label that is no string, or no UTF-8, cannot be one of ours: the series is not counted.
            return null;
        }

        if (parsed is null || _requests.Count + _durations.Count >= MaxSeries || slotOf(parsed.Key) is not { } slot)
        {
            return null;
        }

        if (!targets.TryGetValue(parsed.Target, out var target))
        {
            target = new ScrapeTarget(parsed.Target);
            targets.Add(parsed.Target, target);
        }

        slot.Targets.Add(target);
        var entry = new CounterEntry(kind, parsed, slot, target);
        Of(kind).Add(labels.ToArray(), entry);
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
