using CanaryController.Core.Rollouts;
using Prometheus;

namespace CanaryController.Manager.Gates;

/// <summary>The gates' metrics. No label names a rollout or a gate.</summary>
internal sealed class GateMetrics(IMetricFactory factory)
{
    private readonly Counter _answers = factory.CreateCounter(
        "canary_gate_answers_total", "Questions to gates by what came of them: Passed, Failed, or Pending (not yet, no answer, or nothing demanded).", ["status"]);

    /// <summary>A question was asked.</summary>
    public void Asked(GateStatus status) => _answers.WithLabels(status.ToString()).Inc();
}
