using System.Text;
using CanaryController.Manager.Analysis.Prometheus.Sources;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>A source whose bucket bounds are needed.</summary>
/// <param name="Source">The source.</param>
/// <param name="Missing">A rollout has none yet, or those of one version only.</param>
/// <param name="Query">A query that names the bounds of each key of its rollouts.</param>
internal sealed record BoundsNeed(CounterSource Source, bool Missing, string Query)
{
    /// <summary>What <paramref name="rollouts"/>, which are judged by durations, need.</summary>
    public static BoundsNeed Of(SourceSeries series, IEnumerable<TrackedRollout> rollouts)
    {
        var counted = rollouts.Select(rollout => rollout.Counted).ToList();
        var text = new StringBuilder("group by(").AppendJoin(',', series.Source.Keys.Select(key => key.Name)).Append(",le)(");
        Selector.Open(text, series.Source, CounterKind.Durations, counted);
        return new(series.Source, counted.Exists(each => !series.Bounds.IsComplete(each)), text.Append("})").ToString());
    }
}
