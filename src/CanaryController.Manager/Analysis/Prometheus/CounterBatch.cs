using System.Text;
using CanaryController.Manager.Analysis.Prometheus.Sources;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>One query for one kind of counter of many rollouts of one source.</summary>
/// <param name="Source">Who counts.</param>
/// <param name="Kind">What is asked for.</param>
/// <param name="Rollouts">For whom.</param>
/// <param name="FromMs">The first moment that is asked for, milliseconds since the Unix epoch.</param>
/// <param name="ToMs">The moment the query was planned at, or its end: answered, everything up to here is covered.</param>
/// <param name="Live">The shared query of a tick, which ends now; otherwise a piece of the past.</param>
internal sealed record CounterBatch(CounterSource Source, CounterKind Kind, IReadOnlyList<TrackedRollout> Rollouts, long FromMs, long ToMs, bool Live)
{
    /// <summary>
    /// A range selector: raw samples arrive with their own timestamps, which <c>query_range</c> would align to its steps. Windows may overlap, ledgers ignore what
    /// they have.
    /// </summary>
    public string Query()
    {
        var text = new StringBuilder(128 + (Rollouts.Count * 24));
        Selector.Open(text, Source, Kind, Rollouts.Select(rollout => rollout.Counted));
        if (Kind == CounterKind.Durations)
        {
            text.Append(",le=~");
            PromQl.AppendAnyOf(text, Rollouts.SelectMany(rollout => rollout.Bounds).SelectMany(bound => bound.Labels).Append("+Inf").Distinct());
        }

        return text.Append("}[").Append(Math.Max(1, ToMs - FromMs)).Append("ms]").ToString();
    }
}
