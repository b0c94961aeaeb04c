using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules over several parts of a spec.</summary>
internal static class SpecRules
{
    public static void Check(SpecSection spec, ValidationContext<SpecSection> context)
    {
        CheckMetricNames(spec, context);
        CheckByWorkload(spec, context);
        SourceRules.Check(spec, context);
        if (spec.Analysis.Metrics.IsEmpty && spec.Strategy.Steps.All(step => step.Metrics.IsEmpty))
        {
            context.Problem("analysis", "no metric is judged: a canary that fails is promoted all the same", "write analysis: {metrics: [{name: success-rate, builtin: RequestSuccessRate, threshold: {min: 99}}]}", Severity.Warning, isAbsence: true);
        }
    }

    /// <summary>A metric is named by its name alone in evidence, messages and the API.</summary>
    private static void CheckMetricNames(SpecSection spec, ValidationContext<SpecSection> context)
    {
        var all = spec.Analysis.Metrics.Select((metric, index) => (metric.Name, Path: $"analysis.metrics[{index}].name"))
            .Concat(spec.Strategy.Steps.SelectMany((step, number) => step.Metrics.Select((metric, index) => (metric.Name, Path: $"strategy.steps[{number}].metrics[{index}].name"))));
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, path) in all.Where(metric => metric.Name.Length > 0))
        {
            if (!first.TryAdd(name, path))
            {
                context.Problem(path, $"the metric name {name} stands twice; it is at spec.{first[name]} already", "give each metric of the rollout its own name");
            }
        }
    }

    private static void CheckByWorkload(SpecSection spec, ValidationContext<SpecSection> context)
    {
        if (spec.Workload.Kind is WorkloadType.Deployment && spec.Service is null)
        {
            context.Problem("service", "a Deployment needs its Service", "write service: {name: NAME, port: 80}", isAbsence: true);
        }

        if (spec.Workload.Kind is not WorkloadType.External)
        {
            return;
        }

        for (var index = 0; index < spec.Strategy.Steps.Count; index++)
        {
            if (spec.Strategy.Steps[index].Replicas is not null)
            {
                context.Problem($"strategy.steps[{index}].replicas", "the controller does not start the instances of an External workload", "leave it out");
            }
        }
    }
}
