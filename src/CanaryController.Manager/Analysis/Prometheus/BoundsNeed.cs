using System.Text;
using CanaryController.Manager.Analysis.Prometheus.Sources;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>A source whose bucket bounds are needed.</summary>
/// <param name="Source">The source.</param>
/// <param name="Missing">A rollout has none yet, or those of one version only.</param>
/// <param name="Rollouts">Where the rollouts' requests are counted that are judged by durations.</param>
internal sealed record BoundsNeed(CounterSource Source, bool Missing, IReadOnlyList<CountedBy> Rollouts)
{
    /// <summary>What <paramref name="rollouts"/>, which are judged by durations, need.</summary>
    public static BoundsNeed Of(SourceSeries series, IEnumerable<TrackedRollout> rollouts)
    {
        var counted = rollouts.Select(rollout => rollout.Counted).ToList();
        return new(series.Source, counted.Exists(each => !series.Bounds.IsComplete(each)), counted);
    }

    /// <summary>A query that names the bounds of each key.</summary>
    public string Query()
    {
        var text = new StringBuilder("group by(").AppendJoin(',', Source.Keys.Select(key => key.Name)).Append(",le)(");
        Selector.Open(text, Source, CounterKind.Durations, Rollouts);
        return text.Append("})").ToString();
    }
}
