using CanaryController.Core.Analysis;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Rules;

/// <summary>The rules over templates and the rollouts that use them.</summary>
public static class TemplateSetRules
{
    /// <summary>All that is wrong among <paramref name="rollouts"/> and <paramref name="templates"/>. A template that is not among them may be in the cluster: that is a warning.</summary>
    public static IReadOnlyList<FieldProblem> Check(IReadOnlyList<RolloutDocument> rollouts, IReadOnlyList<MetricTemplateDocument> templates)
    {
        var problems = new List<FieldProblem>();
        var known = new Dictionary<(string Namespace, string Name), MetricTemplateDocument>();
        foreach (var template in templates)
        {
            if (!known.TryAdd(KeyOf(template.Resource), template))
            {
                var (line, column) = template.Places.Find("metadata.name");
                problems.Add(new(
                    "metadata.name", template.Resource.Metadata.Name, $"the {template.Resource.Kind} {template.Resource.Metadata.Name} is there twice; the other one is in {known[KeyOf(template.Resource)].File}",
                    "rename one, or remove it", template.File, line, column));
            }
        }

        foreach (var rollout in rollouts)
        {
            foreach (var (path, section) in Uses(rollout.Resource.Spec))
            {
                if (Problem(rollout.Resource.Metadata.Namespace, section, known) is var (message, fix, severity))
                {
                    var (line, column) = rollout.Places.Find(path);
                    problems.Add(new(path, section.Name, message, fix, rollout.File, line, column, severity));
                }
            }
        }

        return problems;
    }

    /// <summary>What a reference stands for, by namespace (none for the cluster's) and name.</summary>
    public static (string Namespace, string Name) KeyOf(string ns, MetricTemplateReference reference) => (reference.IsCluster ? "" : ns, reference.Name);

    /// <summary>The same of a template.</summary>
    public static (string Namespace, string Name) KeyOf(MetricTemplate template) => (template.IsCluster ? "" : template.Metadata.Namespace, template.Metadata.Name);

    private static (string Message, string Fix, ProblemSeverity Severity)? Problem(string ns, TemplateSection section, Dictionary<(string Namespace, string Name), MetricTemplateDocument> known)
    {
        var reference = RolloutSpecMapper.Reference(section);
        if (!known.TryGetValue(KeyOf(ns, reference), out var template))
        {
            return ($"there is no {section.Kind} {section.Name} among these files", "add it, if it is not in the cluster already", ProblemSeverity.Warning);
        }

        // What is wrong with the template itself is said there.
        return !template.HasErrors && MetricTemplateFill.Query(reference, template.Resource.Spec) is { Problem: { } problem }
            ? (problem.TrimEnd('.'), "give what the template asks for", ProblemSeverity.Error)
            : null;
    }

    private static IEnumerable<(string Path, TemplateSection Section)> Uses(SpecSection spec)
    {
        for (var index = 0; index < spec.Analysis.Metrics.Count; index++)
        {
            if (spec.Analysis.Metrics[index].Template is { } template)
            {
                yield return ($"spec.analysis.metrics[{index}].template", template);
            }
        }

        for (var step = 0; step < spec.Strategy.Steps.Count; step++)
        {
            for (var index = 0; index < spec.Strategy.Steps[step].Metrics.Count; index++)
            {
                if (spec.Strategy.Steps[step].Metrics[index].Template is { } template)
                {
                    yield return ($"spec.strategy.steps[{step}].metrics[{index}].template", template);
                }
            }
        }
    }
}
