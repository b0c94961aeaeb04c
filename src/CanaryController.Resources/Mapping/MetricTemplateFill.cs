using CanaryController.Core;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Mapping;

/// <summary>Makes queries of templates. Pure: the same template and arguments give the same query, and a changed template gives another one, so that evidence of the former query ends.</summary>
public static class MetricTemplateFill
{
    /// <summary><paramref name="spec"/> with the queries of its templates; those that cannot be made stay without.</summary>
    /// <param name="spec">A rollout's.</param>
    /// <param name="find">The template that a reference names; null when there is none that is valid.</param>
    public static RolloutSpec Fill(RolloutSpec spec, Func<MetricTemplateReference, MetricTemplateSpec?> find)
    {
        if (!spec.Analysis.Metrics.Any(IsOpen) && !spec.Steps.Any(step => step.Metrics.Any(IsOpen)))
        {
            return spec;
        }

        return spec with
        {
            Analysis = spec.Analysis with { Metrics = Each(spec.Analysis.Metrics, find) },
            Steps = [.. spec.Steps.Select(step => step.Metrics.Any(IsOpen) ? step with { Metrics = Each(step.Metrics, find) } : step)],
        };
    }

    /// <summary>The query of a reference, or why there is none, in one sentence.</summary>
    public static (string? Query, string? Problem) Query(MetricTemplateReference reference, MetricTemplateSpec? template)
    {
        var name = $"{(reference.IsCluster ? MetricTemplate.ClusterKindText : MetricTemplate.KindText)} {reference.Name}";
        if (template is null)
        {
            return (null, $"There is no valid {name}.");
        }

        if (TemplateArguments.Problems(reference, template) is [var first, ..])
        {
            return (null, $"{name}: {first}.");
        }

        var (query, problem) = QueryTemplate.Render(template.Query, variable => Value(variable, reference, template), string.Join(", ", [.. QueryText.Variables, .. template.Args.Select(arg => $"args.{arg.Name}")]));
        return query is null ? (null, $"{name}: {problem}") : (query, null);
    }

    private static QueryValue? Value(string variable, MetricTemplateReference reference, MetricTemplateSpec template)
    {
        if (QueryText.Variables.Contains(variable, StringComparer.Ordinal))
        {
            return new("", MayStandBare: true, IsKept: true);
        }

        return variable.StartsWith(TemplateArguments.Prefix, StringComparison.Ordinal) && template.Args.FirstOrDefault(arg => arg.Name == variable[TemplateArguments.Prefix.Length..]) is { } parameter
            ? new(reference.Arguments.FirstOrDefault(arg => arg.Name == parameter.Name)?.Value ?? parameter.Default ?? "", parameter.Type is not TemplateParameterType.String)
            : null;
    }

    private static bool IsOpen(MetricSpec metric) => metric is { Template: not null, Query: null };

    private static EquatableArray<MetricSpec> Each(EquatableArray<MetricSpec> metrics, Func<MetricTemplateReference, MetricTemplateSpec?> find) =>
        [.. metrics.Select(metric => IsOpen(metric) ? metric with { Query = Query(metric.Template!, find(metric.Template!)).Query } : metric)];
}
