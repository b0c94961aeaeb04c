using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>What is kept of a ReplicaSet.</summary>
internal sealed record ReplicaSetObject : ICached
{
    /// <summary>Annotation: which revision of its Deployment it is, counted by the Deployment controller.</summary>
    public const string RevisionAnnotation = "deployment.kubernetes.io/revision";

    /// <summary>Annotation: the Deployment's size when it was scaled last.</summary>
    public const string DesiredAnnotation = "deployment.kubernetes.io/desired-replicas";

    /// <summary>Annotation: the same with the surge.</summary>
    public const string MaxAnnotation = "deployment.kubernetes.io/max-replicas";

    /// <summary>What <see cref="Project"/> reads.</summary>
    public static readonly KeptFields Kept = KeptFields.Of("spec.replicas", "spec.minReadySeconds", "spec.template", "status.observedGeneration", "status.replicas", "status.readyReplicas", "status.availableReplicas");

    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>Pods that are wanted.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>How long a pod has to be ready to count as available.</summary>
    public int MinReadySeconds { get; init; }

    /// <summary>Its pod-template-hash label; null when it has none.</summary>
    public string? Hash { get; init; }

    /// <summary>Its template.</summary>
    public TemplateId Template { get; init; }

    /// <summary>The generation that its controller has seen.</summary>
    public long ObservedGeneration { get; init; }

    /// <summary>Pods that there are.</summary>
    public int StatusReplicas { get; init; }

    /// <summary>Those that are ready.</summary>
    public int ReadyReplicas { get; init; }

    /// <summary>Those that are available.</summary>
    public int AvailableReplicas { get; init; }

    /// <summary>Which revision of its Deployment it is; 0 when that was not said.</summary>
    public long Revision => Meta.Annotations.TryGetValue(RevisionAnnotation, out var text) && long.TryParse(text, out var revision) ? revision : 0;

    /// <inheritdoc/>
    /// <remarks>Made when they are asked for: kept, they would be a tenth of all that is.</remarks>
    public IReadOnlyList<string> IndexKeys => Keys(Meta, Meta.Labels.GetValueOrDefault(Marks.RolloutLabel));

    /// <summary>Reads a ReplicaSet; null for one that belongs neither to a Deployment nor to us.</summary>
    public static ReplicaSetObject? Project(JsonElement item)
    {
        var meta = ObjectMeta.Read(item);
        var rollout = meta.Labels.GetValueOrDefault(Marks.RolloutLabel);
        if (rollout is null && meta.Controller is not { Kind: "Deployment" or "ControllerRevision" })
        {
            return null;
        }

        return new()
        {
            Meta = meta,
            Replicas = item.Int("spec", "replicas") ?? 1,
            MinReadySeconds = item.Int("spec", "minReadySeconds") ?? 0,
            Hash = meta.Labels.GetValueOrDefault(Marks.PodTemplateHash),
            Template = TemplateId.Of(item.At("spec", "template")),
            ObservedGeneration = item.Long("status", "observedGeneration") ?? 0,
            StatusReplicas = item.Int("status", "replicas") ?? 0,
            ReadyReplicas = item.Int("status", "readyReplicas") ?? 0,
            AvailableReplicas = item.Int("status", "availableReplicas") ?? 0,
        };
    }

    private static string[] Keys(ObjectMeta meta, string? rollout) => (meta.Controller, rollout) switch
    {
        ({ } owner, { } name) => [ObjectKeys.Owner(owner.Uid), ObjectKeys.Rollout(meta.Name.Namespace, name)],
        ({ } owner, null) => [ObjectKeys.Owner(owner.Uid)],
        (null, { } name) => [ObjectKeys.Rollout(meta.Name.Namespace, name)],
        (null, null) => [],
    };
}
