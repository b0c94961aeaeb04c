using CanaryController.Core.Analysis;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Standalone;

/// <summary>The templates of the folder's files. The first one of a name counts.</summary>
internal sealed class TemplateFolder
{
    private readonly Dictionary<(string Namespace, string Name), MetricTemplate> _templates = [];
    private readonly List<FieldProblem> _problems = [];

    /// <summary>Takes the templates of <paramref name="files"/>.</summary>
    public TemplateFolder(IReadOnlyList<FileReading> files)
    {
        foreach (var file in files)
        {
            foreach (var template in file.Templates.Where(template => !_templates.TryAdd(TemplateSetRules.KeyOf(template), template)))
            {
                _problems.Add(new(
                    "metadata.name", template.Metadata.Name, $"The {template.Kind} {template.Metadata.Name} is defined in another file already; this definition is ignored.",
                    "Give it another name, or remove one of the two.", file.File));
            }
        }
    }

    /// <summary>Names that stand twice.</summary>
    public IReadOnlyList<FieldProblem> Problems => _problems;

    /// <summary><paramref name="document"/> with the queries of its templates, or without content and with what is wrong.</summary>
    public ReadDocument Fill(ReadDocument document, string file)
    {
        if (document.Content is not { } content)
        {
            return document;
        }

        var problems = content.Spec.Analysis.Metrics.Concat(content.Spec.Steps.SelectMany(step => step.Metrics))
            .Where(metric => metric.Template is not null)
            .Select(metric => (metric.Name, MetricTemplateFill.Query(metric.Template!, Find(metric.Template!)).Problem))
            .Where(metric => metric.Problem is not null)
            .Select(metric => new FieldProblem("spec.analysis.metrics", metric.Name, metric.Problem!, "Add the template to the folder, or give what it asks for.", file))
            .Distinct()
            .ToList();
        return problems.Count > 0 ? document with { Content = null, Problems = problems } : document with { Content = content with { Spec = MetricTemplateFill.Fill(content.Spec, Find) } };

        MetricTemplateSpec? Find(MetricTemplateReference reference) => _templates.GetValueOrDefault(TemplateSetRules.KeyOf(document.Key.Namespace, reference))?.Spec;
    }
}
