using CanaryController.Core.Analysis;
using CanaryController.Manager.Analysis.Prometheus.Sources;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>The bucket bounds of one source's histograms: of all of them, or of each key. Immutable.</summary>
/// <param name="all">Those of every key that <paramref name="byKey"/> does not name.</param>
/// <param name="byKey">Those of single keys.</param>
internal sealed class KnownBounds(HistogramBounds all, IReadOnlyDictionary<string, HistogramBounds> byKey)
{
    /// <summary>Nothing is known.</summary>
    public static KnownBounds None { get; } = OfAll(HistogramBounds.NotSeen);

    /// <summary>One set for all keys.</summary>
    public static KnownBounds OfAll(HistogramBounds bounds) => new(bounds, new Dictionary<string, HistogramBounds>(StringComparer.Ordinal));

    /// <summary>
    /// The bounds that a rollout can be judged by: those that both versions have; the one version's while the other has none, or where they share none.
    /// </summary>
    public HistogramBounds Of(CountedBy counted)
    {
        var canary = Of(counted, Arm.Canary);
        var stable = Of(counted, Arm.Stable);
        var both = canary.Intersect(stable);
        return !both.IsEmpty ? both : canary.IsEmpty ? stable : canary;
    }

    /// <summary>These and what was read since, which comes first; of keys that <paramref name="isWanted"/>.</summary>
    public KnownBounds With(KnownBounds read, Func<string, bool> isWanted) => new(
        read.All.IsEmpty ? all : read.All,
        read.ByKey.Concat(byKey.Where(each => !read.ByKey.ContainsKey(each.Key))).Where(each => isWanted(each.Key)).ToDictionary(StringComparer.Ordinal));

    /// <summary>True when the bounds of every version that is asked for are known.</summary>
    public bool IsComplete(CountedBy counted) => !Of(counted, Arm.Canary).IsEmpty && (!Of(counted, Arm.Stable).IsEmpty || counted.Series.All(series => series.Arm == Arm.Canary));

    /// <summary>True when the same is known of the same keys.</summary>
    public bool IsSameAs(KnownBounds other) =>
        all.IsSameAs(other.All) && byKey.Count == other.ByKey.Count && byKey.All(each => other.ByKey.TryGetValue(each.Key, out var bounds) && each.Value.IsSameAs(bounds));

    /// <summary>For people.</summary>
    public override string ToString() => string.Join("; ", byKey.Values.Append(all).Where(bounds => !bounds.IsEmpty).Select(bounds => bounds.ToString()).Distinct(StringComparer.Ordinal).Take(4));

    private HistogramBounds All => all;

    private IReadOnlyDictionary<string, HistogramBounds> ByKey => byKey;

    private HistogramBounds Of(CountedBy counted, Arm arm)
    {
        var bounds = HistogramBounds.NotSeen;
        foreach (var series in counted.Series)
        {
            if (series.Arm == arm)
            {
                bounds = bounds.Union(byKey.GetValueOrDefault(series.Key, all));
            }
        }

        return bounds;
    }
}
