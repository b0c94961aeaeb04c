using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;

namespace CanaryController.Manager.Api;

/// <summary>The metrics of a rollout, each as of now.</summary>
internal static class MetricViews
{
    /// <summary>The rollout's metrics and the present step's, in the order of the resource.</summary>
    public static IReadOnlyList<MetricView> From(RolloutSpec spec, RolloutState state, AnalysisObservation? analysis)
    {
        var ofStep = state.StepIndex < state.Plan.Count ? state.Plan[state.StepIndex].Metrics : [];
        var judged = (analysis?.Metrics ?? []).DistinctBy(metric => metric.Name, StringComparer.Ordinal).ToDictionary(metric => metric.Name, StringComparer.Ordinal);

        // A metric that was moved from a step to the rollout in mid-rollout stands in both: the step is the one that the revision started with.
        return [.. spec.Analysis.Metrics.Concat(ofStep).DistinctBy(metric => metric.Name, StringComparer.Ordinal).Select(metric => Of(metric, judged.GetValueOrDefault(metric.Name)))];
    }

    private static MetricView Of(MetricSpec metric, MetricJudgement? judged) => new()
    {
        Name = metric.Name,
        Kind = metric.Kind,
        Verdict = judged?.Verdict,
        Value = judged?.Value is { } value ? MetricText.Value(metric, value, judged.BoundSeconds) : null,
        StableValue = judged?.StableValue is { } stable ? MetricText.StableValue(metric, stable) : null,
        Threshold = MetricText.Threshold(metric),
        Requests = judged?.Requests ?? 0,
        EvidenceRatio = judged is { EvidenceLimit: > 0 } ? Math.Clamp(judged.Evidence / judged.EvidenceLimit, 0, 1) : 0,
        Message = judged?.Message ?? "Not judged yet.",
    };
}
