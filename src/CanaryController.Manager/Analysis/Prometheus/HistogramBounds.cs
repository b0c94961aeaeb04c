using CanaryController.Core;
using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>The bucket bound that tells a slow request.</summary>
/// <param name="Seconds">The bound; null when there is none.</param>
/// <param name="Labels">The bound as the label <c>le</c> writes it, in each way that was seen: <c>1</c> and <c>1.0</c> are the same. None when there is none.</param>
/// <param name="Missing">Why there is none.</param>
internal readonly record struct HistogramBound(double? Seconds, EquatableArray<string> Labels, MissingBound Missing);

/// <summary>The finite bucket bounds of a histogram, ascending, as Prometheus has them. Immutable.</summary>
/// <param name="finite">Bounds in seconds with their labels, ascending.</param>
/// <param name="unitsPerSecond">The unit of the labels.</param>
internal sealed class HistogramBounds(IReadOnlyList<(double Seconds, string Label)> finite, int unitsPerSecond = 1)
{
    /// <summary>Requests are not told apart from this many seconds on, nor up to this many: a histogram that does has another unit.</summary>
    private const double NoRequestSeconds = 1_000;
    private const double LeastTopSeconds = 0.1;

    /// <summary>The histogram has not been seen.</summary>
    public static HistogramBounds NotSeen { get; } = new([]);

    /// <summary>True when there is none.</summary>
    public bool IsEmpty => finite.Count == 0;

    /// <summary>The lowest and the highest bound, seconds; null without any.</summary>
    public (double Lowest, double Highest)? Range => finite.Count > 0 ? (finite[0].Seconds, finite[^1].Seconds) : null;

    /// <summary>From values of the label <c>le</c>; those that are no finite number are left out.</summary>
    /// <param name="labels">The values.</param>
    /// <param name="unitsPerSecond">Their unit: 1 for seconds, 1,000 for milliseconds.</param>
    public static HistogramBounds FromLabels(IEnumerable<string> labels, int unitsPerSecond = 1) =>
        new([.. labels
            .Select(label => (Seconds: CounterLabels.ParseBound(label, unitsPerSecond), Label: label))
            .Where(bound => bound.Seconds is { } seconds && double.IsFinite(seconds))
            .Select(bound => (bound.Seconds!.Value, bound.Label))
            .OrderBy(bound => bound.Value).ThenBy(bound => bound.Label, StringComparer.Ordinal)], unitsPerSecond);

    /// <summary>True when the same labels are there.</summary>
    public bool IsSameAs(HistogramBounds other) => finite.SequenceEqual(other.All);

    /// <summary>The bounds that are in both, in whatever way either writes them.</summary>
    public HistogramBounds Intersect(HistogramBounds other)
    {
        var both = finite.Select(bound => bound.Seconds).Intersect(other.All.Select(bound => bound.Seconds)).ToHashSet();
        return new([.. Ordered(finite.Concat(other.All).Where(bound => both.Contains(bound.Seconds)))], unitsPerSecond);
    }

    /// <summary>The bounds that are in either.</summary>
    public HistogramBounds Union(HistogramBounds other) =>
        other.IsEmpty ? this : IsEmpty ? other : new([.. Ordered(finite.Concat(other.All))], unitsPerSecond);

    private IReadOnlyList<(double Seconds, string Label)> All => finite;

    private static IEnumerable<(double Seconds, string Label)> Ordered(IEnumerable<(double Seconds, string Label)> bounds) =>
        bounds.Distinct().OrderBy(bound => bound.Seconds).ThenBy(bound => bound.Label, StringComparer.Ordinal);

    /// <summary>
    /// Milliseconds taken for seconds begin at 1 and go beyond any request; seconds taken for milliseconds end before most requests do. Judging by them would fail every canary, or none.
    /// </summary>
    private MissingBound? WrongUnit => unitsPerSecond == 1
        ? finite[^1].Seconds >= NoRequestSeconds && finite.All(bound => bound.Seconds is <= 0 or >= 1) ? MissingBound.LooksLikeMilliseconds : null
        : finite[^1].Seconds <= LeastTopSeconds ? MissingBound.LooksLikeSeconds : null;

    /// <summary>
    /// The largest bound within <paramref name="maxSeconds"/>: what is slower than it may still be fast enough, so the judgement errs to the safe side. None above the top
    /// bucket: nothing there is ever told apart.
    /// </summary>
    public HistogramBound Choose(double? maxSeconds)
    {
        if (finite.Count == 0 || maxSeconds is not { } max)
        {
            return new(null, [], MissingBound.NotSeen);
        }

        if (WrongUnit is { } wrong)
        {
            return new(null, [], wrong);
        }

        if (max > finite[^1].Seconds)
        {
            return new(null, [], MissingBound.AboveTopBucket);
        }

        for (var index = finite.Count - 1; index >= 0; index--)
        {
            if (finite[index].Seconds <= max)
            {
                var seconds = finite[index].Seconds;
                return new(seconds, [.. finite.Where(bound => bound.Seconds == seconds).Select(bound => bound.Label)], MissingBound.NotSeen);
            }
        }

        return new(null, [], MissingBound.BelowEveryBucket);
    }

    /// <summary>For people: <c>0.1, 0.25, 1 s</c>.</summary>
    public override string ToString() => string.Join(", ", finite.Select(bound => bound.Seconds).Distinct()) + " s";
}
