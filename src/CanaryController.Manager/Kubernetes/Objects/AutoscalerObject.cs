using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>What is kept of a HorizontalPodAutoscaler.</summary>
internal sealed record AutoscalerObject : ICached
{
    /// <summary>Where a metric's target is found in it, by the metric's type.</summary>
    private static readonly string[] Sources = ["object", "pods", "external", "resource", "containerResource"];

    /// <summary>What <see cref="Project"/> reads.</summary>
    public static readonly KeptFields Kept = KeptFields.Of("spec");

    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>The kind that it scales.</summary>
    public required string TargetKind { get; init; }

    /// <summary>The name that it scales.</summary>
    public required string TargetName { get; init; }

    /// <summary>The least pods. The server's default is 1.</summary>
    public int MinReplicas { get; init; } = 1;

    /// <summary>The most pods.</summary>
    public int MaxReplicas { get; init; }

    /// <summary>A metric's target is of type <c>Value</c>: not divided by the number of pods, so pods of a canary change what it asks of stable.</summary>
    public bool HasValueMetric { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys { get; init; } = [];

    /// <summary>Reads a HorizontalPodAutoscaler; null for one that scales no Deployment.</summary>
    public static AutoscalerObject? Project(JsonElement item)
    {
        var meta = ObjectMeta.Read(item);
        var (kind, name) = (item.Text("spec", "scaleTargetRef", "kind"), item.Text("spec", "scaleTargetRef", "name"));
        return kind != "Deployment" || name is null ? null : new()
        {
            Meta = meta,
            TargetKind = kind,
            TargetName = name,
            MinReplicas = item.Int("spec", "minReplicas") ?? 1,
            MaxReplicas = item.Int("spec", "maxReplicas") ?? int.MaxValue,
            HasValueMetric = item.Items("spec", "metrics").Any(metric => Sources.Any(source => metric.Text(source, "target", "type") == "Value")),
            IndexKeys = [ObjectKeys.Target(meta.Name.Namespace, name)],
        };
    }
}
