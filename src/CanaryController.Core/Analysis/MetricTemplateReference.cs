namespace CanaryController.Core.Analysis;

/// <summary>Names a template of queries and fills its arguments.</summary>
/// <param name="Name">The template's name.</param>
/// <param name="IsCluster">It belongs to the cluster, not to the rollout's namespace.</param>
/// <param name="Arguments">The arguments that the rollout gives.</param>
public sealed record MetricTemplateReference(string Name, bool IsCluster, EquatableArray<TemplateArgument> Arguments);

/// <summary>An argument of a template.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value, as text.</param>
public sealed record TemplateArgument(string Name, string Value);
