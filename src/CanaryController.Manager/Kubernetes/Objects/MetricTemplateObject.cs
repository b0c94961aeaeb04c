using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>What is kept of a MetricTemplate.</summary>
internal record MetricTemplateObject : ICached
{
    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>Its query and arguments; null when it breaks a rule.</summary>
    public MetricTemplateSpec? Spec { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys => [];

    /// <summary>Reads a MetricTemplate.</summary>
    public static MetricTemplateObject Project(JsonElement item) => new() { Meta = ObjectMeta.Read(item), Spec = Read(item, isCluster: false) };

    /// <summary>The items of a list carry neither apiVersion nor kind.</summary>
    protected static MetricTemplateSpec? Read(JsonElement item, bool isCluster)
    {
        var body = JsonObject.Create(item)!;
        body["apiVersion"] = Rollout.ApiVersionText;
        body["kind"] = isCluster ? MetricTemplate.ClusterKindText : MetricTemplate.KindText;
        return MetricTemplateReader.ReadServerObject(body.ToJsonString(), isCluster).Documents is [{ HasErrors: false } read] ? read.Resource.Spec : null;
    }
}

/// <summary>What is kept of a ClusterMetricTemplate.</summary>
internal sealed record ClusterMetricTemplateObject : MetricTemplateObject
{
    /// <summary>Reads a ClusterMetricTemplate.</summary>
    public static new ClusterMetricTemplateObject Project(JsonElement item) => new() { Meta = ObjectMeta.Read(item), Spec = Read(item, isCluster: true) };
}
