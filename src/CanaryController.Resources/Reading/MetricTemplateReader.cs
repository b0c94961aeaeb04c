using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Reading;

/// <summary>One template of a file, read.</summary>
/// <param name="Resource">The template; of one with errors what could be read, never to be used.</param>
/// <param name="HasErrors">It has errors.</param>
/// <param name="Places">Where its fields stand.</param>
/// <param name="File">The file, when it came from one.</param>
public sealed record MetricTemplateDocument(MetricTemplate Resource, bool HasErrors, FieldPlaces Places, string? File);

/// <summary>What became of a text with templates.</summary>
/// <param name="Documents">The templates whose name could be read, in order.</param>
/// <param name="Problems">All that is wrong in any document, in order; warnings among them.</param>
public sealed record MetricTemplateReadResult(IReadOnlyList<MetricTemplateDocument> Documents, IReadOnlyList<FieldProblem> Problems);

/// <summary>Reads MetricTemplates and ClusterMetricTemplates as strictly as <see cref="RolloutReader"/> reads Rollouts, which it passes over.</summary>
public static class MetricTemplateReader
{
    private static readonly MetricTemplateValidator _rules = new();
    private static readonly DocumentReader<MetricTemplate> _local = new(MetricTemplate.KindText, Template, Check, [.. OtherKinds.Than(MetricTemplate.KindText)]);
    private static readonly DocumentReader<MetricTemplate> _cluster = new(MetricTemplate.ClusterKindText, Template, Check, [.. OtherKinds.Than(MetricTemplate.ClusterKindText)]);
    private static readonly string[] _keptOfServer = ["name", "namespace"];

    /// <summary>Reads all documents of <paramref name="text"/>.</summary>
    /// <param name="text">YAML or JSON; which of the two is told by the content.</param>
    /// <param name="file">The file's name, for messages.</param>
    public static MetricTemplateReadResult Read(string text, string? file)
    {
        // A text that holds none of them is the business of whoever reads Rollouts.
        return text.Contains(MetricTemplate.KindText, StringComparison.Ordinal) ? Join(_local.Read(text, file), _cluster.Read(text, file), file) : new([], []);
    }

    /// <summary>Reads one object as the API server gives it.</summary>
    /// <param name="json">The object.</param>
    /// <param name="isCluster">It is a ClusterMetricTemplate.</param>
    public static MetricTemplateReadResult ReadServerObject(string json, bool isCluster)
    {
        var read = (isCluster ? _cluster : _local).Read(json, null, root => ServerObject.Keep(root, _keptOfServer));
        return new([.. read.Documents.Select(each => Document(each, null))], read.Problems);
    }

    /// <summary>What is wrong with the text as a whole, or with other kinds, the reader of Rollouts says.</summary>
    private static MetricTemplateReadResult Join(DocumentsRead<MetricTemplate> local, DocumentsRead<MetricTemplate> cluster, string? file) => new(
        [.. local.Documents.Concat(cluster.Documents).Where(each => each.Resource.Metadata.Name.Length > 0).Select(each => Document(each, file))],
        [.. local.Problems.Concat(cluster.Problems).Where(problem => problem.Path is not ("" or "kind"))]);

    private static MetricTemplateDocument Document(DocumentRead<MetricTemplate> read, string? file) => new(read.Resource, read.HasErrors, read.Places, file);

    private static IEnumerable<(FieldProblem Problem, bool IsAbsence)> Check(MetricTemplate template) =>
        _rules.Validate(template).Errors.Select(failure => (failure.ToProblem(), string.Equals(failure.ErrorCode, RuleText.Absence, StringComparison.Ordinal)));

    private static MetricTemplate Template(FieldReader fields) => new()
    {
        ApiVersion = fields.Text("apiVersion") ?? "",
        Kind = fields.Text("kind") ?? "",
        Metadata = fields.Section("metadata", Metadata) ?? new(),
        Spec = fields.Section("spec", Spec) ?? new(),
    };

    private static MetricTemplateMetadata Metadata(FieldReader fields)
    {
        _ = fields.Pairs("labels");
        _ = fields.Pairs("annotations");
        return new() { Name = fields.Text("name") ?? "", Namespace = fields.Text("namespace") ?? new MetricTemplateMetadata().Namespace };
    }

    private static MetricTemplateSpec Spec(FieldReader fields) => new()
    {
        Description = fields.Text("description"),
        Args = fields.Sections("args", each => new TemplateParameterSection
        {
            Name = each.Text("name") ?? "",
            Type = each.Choice<TemplateParameterType>("type") ?? TemplateParameterType.String,
            Default = each.Text("default"),
            Description = each.Text("description"),
        }),
        Query = fields.Text("query") ?? "",
    };
}
