using System.Text.Json.Serialization;
using CanaryController.Core;

namespace CanaryController.Resources.Rollouts;

/// <summary>
/// A MetricTemplate, which rollouts of its namespace use, or a ClusterMetricTemplate, which all rollouts use: a team's own query, written once, with typed arguments.
/// </summary>
public sealed record MetricTemplate
{
    /// <summary>The kind of one that belongs to a namespace.</summary>
    public const string KindText = "MetricTemplate";

    /// <summary>The kind of one that belongs to the cluster.</summary>
    public const string ClusterKindText = "ClusterMetricTemplate";

    /// <summary>Always <c>canarycontroller.io/v1alpha1</c>.</summary>
    public string ApiVersion { get; init; } = Rollout.ApiVersionText;

    /// <summary><see cref="KindText"/> or <see cref="ClusterKindText"/>.</summary>
    public string Kind { get; init; } = KindText;

    /// <summary>Name and namespace.</summary>
    public MetricTemplateMetadata Metadata { get; init; } = new();

    /// <summary>The query and its arguments.</summary>
    public MetricTemplateSpec Spec { get; init; } = new();

    /// <summary>It belongs to the cluster.</summary>
    [JsonIgnore]
    public bool IsCluster => Kind == ClusterKindText;
}

/// <summary><c>metadata</c> of a template.</summary>
public sealed record MetricTemplateMetadata
{
    /// <summary>Its name: a DNS label. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its namespace; <c>default</c> when left out. A ClusterMetricTemplate has none.</summary>
    public string Namespace { get; init; } = "default";
}

/// <summary><c>spec</c> of a template.</summary>
public sealed record MetricTemplateSpec
{
    /// <summary>What it measures, for people: at most 500 characters.</summary>
    public string? Description { get; init; }

    /// <summary>The arguments: at most 16, each named once. A rollout gives those without a default.</summary>
    public EquatableArray<TemplateParameterSection> Args { get; init; }

    /// <summary>
    /// A PromQL query that gives one number. The variables of a rollout's own query are filled in, and <c>{{ args.NAME }}</c> is the argument of that name. At most 4,096 characters. Required.
    /// </summary>
    public string Query { get; init; } = "";
}

/// <summary><c>spec.args[]</c> of a template: an argument.</summary>
public sealed record TemplateParameterSection
{
    /// <summary>Its name: a letter, then letters, digits and <c>_</c>, at most 63. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it may be, and where it may stand. Default <c>String</c>.</summary>
    public TemplateParameterType Type { get; init; } = TemplateParameterType.String;

    /// <summary>Its value where a rollout gives none. Left out: a rollout has to give one.</summary>
    public string? Default { get; init; }

    /// <summary>What it is for, for people: at most 500 characters.</summary>
    public string? Description { get; init; }
}

/// <summary>What an argument may be.</summary>
public enum TemplateParameterType
{
    /// <summary>Any text of at most 256 characters, between double or single quotes in the query: it is escaped there, and stays one string.</summary>
    String,

    /// <summary>A decimal number like <c>0.5</c>, anywhere in the query.</summary>
    Number,

    /// <summary>A duration like <c>5m</c>, anywhere in the query.</summary>
    Duration,

    /// <summary>The name of a metric or label (letters, digits, <c>_</c> and <c>:</c>, not beginning with a digit), anywhere in the query.</summary>
    Identifier,
}

/// <summary><c>metrics[].template</c>: the template that a metric's query comes from.</summary>
public sealed record TemplateSection
{
    /// <summary>The template's name: a DNS label. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where it belongs. Default <c>MetricTemplate</c>.</summary>
    public TemplateScope Kind { get; init; } = TemplateScope.MetricTemplate;

    /// <summary>Arguments: at most 16, each named once.</summary>
    public EquatableArray<TemplateArgumentSection> Args { get; init; }
}

/// <summary>Where a template belongs.</summary>
public enum TemplateScope
{
    /// <summary>In the rollout's namespace.</summary>
    MetricTemplate,

    /// <summary>In the cluster; without Kubernetes, in the folder for all namespaces.</summary>
    ClusterMetricTemplate,
}

/// <summary><c>metrics[].template.args[]</c>: the value of an argument.</summary>
public sealed record TemplateArgumentSection
{
    /// <summary>The argument's name. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its value, as text: at most 256 characters. Required.</summary>
    public string Value { get; init; } = "";
}
