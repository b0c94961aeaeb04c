using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>What of a judgement matters to the planner, short enough to compare after each tick.</summary>
/// <param name="Step">The step it was made at.</param>
/// <param name="Failed">How many metrics have failed.</param>
/// <param name="Verdicts">All verdicts in order, as one number.</param>
/// <param name="EnoughRequests">The step's minimum of requests is reached.</param>
internal readonly record struct JudgementSignal(int Step, int Failed, ulong Verdicts, bool EnoughRequests)
{
    /// <summary>What matters of <paramref name="seen"/>.</summary>
    public static JudgementSignal Of(AnalysisObservation seen, int failed, long minRequests)
    {
        var verdicts = 14695981039346656037UL;
        foreach (var metric in seen.Metrics)
        {
            verdicts = (verdicts ^ (ulong)metric.Verdict) * 1099511628211UL;
        }

        return new(seen.StepIndex, failed, verdicts, seen.CanaryRequestsInStep >= minRequests);
    }
}
