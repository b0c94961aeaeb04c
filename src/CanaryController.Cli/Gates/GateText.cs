using CanaryController.Cli.Rendering;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.Cli.Gates;

/// <summary>What the reports of a wait say alike. Pure.</summary>
internal static class GateText
{
    /// <summary>A step, like <c>step 2: 50 %, hold 10m, min 1,000 requests</c>.</summary>
    public static string Step(StepView step) => $"step {step.Number}: {Humanize.Percent(step.WeightPercent)}{Conditions(step)}";

    /// <summary>The conditions to leave a step, each after a comma.</summary>
    public static string Conditions(StepView step) =>
        (step.HoldSeconds > 0 ? $", hold {Humanize.Seconds(step.HoldSeconds)}" : "")
        + (step.MinRequests > 0 ? $", min {Humanize.Count(step.MinRequests)} requests" : "")
        + (step.Approval is { } approval ? $", approval {approval}" : "")
        + string.Concat(step.Gates.Select(gate => $", {Gate(gate)}"));

    /// <summary>A gate, like <c>gate smoke before it</c>.</summary>
    public static string Gate(StepGateView gate) => gate.When switch
    {
        GateMoment.Before => $"gate {gate.Name} before it",
        GateMoment.During => $"gate {gate.Name} at it",
        GateMoment.BeforePromotion => $"gate {gate.Name} before the promotion",
        GateMoment.Rollback => $"gate {gate.Name} for a rollback",
    };

    /// <summary>What a metric came to, like <c>97.60 % (stable 99.95 %), min 99 %</c>.</summary>
    public static string Value(MetricView metric) => $"{metric.Value ?? "no value"}{(metric.StableValue is { } stable ? $" (stable {stable})" : "")}, {metric.Threshold}";

    /// <summary>How long the rollout was at a step, as far as the transitions tell; zero when they do not.</summary>
    /// <param name="step">The step.</param>
    /// <param name="transitions">Those of the revision, oldest first.</param>
    public static TimeSpan TimeAt(StepView step, IReadOnlyList<RolloutEvent> transitions)
    {
        var came = transitions.FirstOrDefault(transition => transition.Step == step.Number && transition.To is RolloutPhase.Progressing or RolloutPhase.WaitingApproval or RolloutPhase.Paused);
        var left = came is null ? null : transitions.FirstOrDefault(transition =>
            transition.Sequence > came.Sequence && (transition.Step != step.Number || transition.To is RolloutPhase.Promoting or RolloutPhase.Promoted or RolloutPhase.Aborting or RolloutPhase.Aborted));
        return left is null ? TimeSpan.Zero : left.At - came!.At;
    }
}
