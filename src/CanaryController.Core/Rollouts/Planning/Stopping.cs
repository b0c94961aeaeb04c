using CanaryController.Core.Analysis;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>What rolls a canary back at once, whatever it is doing.</summary>
internal static class Stopping
{
    public static void Check(Turn turn)
    {
        var (state, seen) = (turn.State, turn.Seen);
        if (!Requests.IsAbortable(state))
        {
            return;
        }

        if (state.CanaryRevision is null || state.StableRevision is null || !Steps.IsWithin(state))
        {
            Aborting.Begin(turn, RolloutReason.InconsistentState, $"The stored state has no {Steps.Describe(state)}: going back to {turn.Stable}.");
        }
        else if (FailedMetric(state, seen.Analysis) is { } metric)
        {
            var message = metric.Message.Contains(metric.Name, StringComparison.Ordinal) ? metric.Message : $"{metric.Name}: {metric.Message}";
            Aborting.Begin(turn, RolloutReason.MetricFailed, message);
        }
        else if (Gates.Failed(state, seen.Gates) is var (gate, when))
        {
            Aborting.Begin(turn, RolloutReason.GateFailed, $"Gate {gate.Name} {(when is GateMoment.Rollback ? "demands the rollback" : "failed")}: {gate.Message}");
        }
        else if (seen.ExternalAlarm is { } alarm)
        {
            Aborting.Begin(turn, RolloutReason.ExternalAlarm, alarm);
        }
        else if (IsUnavailable(turn))
        {
            var share = state.Weight > CanaryWeight.Zero ? $"{state.Weight} of the traffic" : "the requests that match";
            Aborting.Begin(turn, RolloutReason.CanaryUnavailable, $"No instance of {turn.Canary} is available, and it has {share}.");
        }
    }

    /// <summary>A failure counts whichever step it was seen at; another revision's or attempt's does not.</summary>
    private static MetricJudgement? FailedMetric(RolloutState state, AnalysisObservation? analysis)
    {
        if (analysis is null || analysis.Revision != state.CanaryRevision || analysis.Attempt != state.Attempt)
        {
            return null;
        }

        foreach (var metric in analysis.Metrics)
        {
            if (metric.Verdict is Verdict.Failed)
            {
                return metric;
            }
        }

        return null;
    }

    private static bool IsUnavailable(Turn turn) =>
        turn.Seen.Workload.CanaryReady <= 0 && Capacity.IsKnown(turn.Spec, turn.Seen) && turn.WantedSplit is { GivesCanaryTraffic: true };
}
