using System.Text.Json;
using CanaryController.Core;
using CanaryController.Core.Approvals;
using CanaryController.Manager.Approvals;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Workloads;
using CanaryController.Resources.Persistence;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>What is kept of a Deployment.</summary>
internal sealed record DeploymentObject : ICached
{
    /// <summary>What <see cref="Project"/> reads.</summary>
    public static readonly KeptFields Kept = KeptFields.Of(
        "spec.replicas", "spec.paused", "spec.strategy", "spec.minReadySeconds", "spec.revisionHistoryLimit", "spec.progressDeadlineSeconds", "spec.selector.matchLabels", "spec.template",
        "status.observedGeneration", "status.replicas", "status.updatedReplicas", "status.availableReplicas",
        "metadata.managedFields.manager", "metadata.managedFields.fieldsV1.f:spec.f:paused");

    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>Pods that are wanted. The server's default is 1.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Its controller starts no rollout.</summary>
    public bool IsPaused { get; init; }

    /// <summary>
    /// It is paused, and nobody but us wrote that, by the server's record of its fields. Unlike an annotation this does not go with the others when somebody replaces them all, as
    /// <c>kubectl rollout undo</c> does. False for what a webhook of ours paused: there the record names whoever wrote.
    /// </summary>
    public bool IsPausedByUs { get; init; }

    /// <summary>All old pods end before the first new one is made; otherwise RollingUpdate.</summary>
    public bool IsRecreate { get; init; }

    /// <summary>Pods beside <see cref="Replicas"/> during a rolling update.</summary>
    public IntOrPercent Surge { get; init; } = new(25, IsPercent: true);

    /// <summary>How long a pod has to be ready to count as available.</summary>
    public int MinReadySeconds { get; init; }

    /// <summary>How many old ReplicaSets are kept. The server's default is 10.</summary>
    public int RevisionHistoryLimit { get; init; } = 10;

    /// <summary><c>progressDeadlineSeconds</c>. The server's default is 600.</summary>
    public int ProgressDeadlineSeconds { get; init; } = 600;

    /// <summary><c>spec.selector.matchLabels</c>.</summary>
    public IReadOnlyDictionary<string, string> MatchLabels { get; init; } = TextPairs.None;

    /// <summary>The template that is asked for.</summary>
    public TemplateId Template { get; init; }

    /// <summary>Who made that template: whom the annotation of the Deployment or of the template names, and whom admission saw write it.</summary>
    public EquatableArray<string> Authors { get; init; }

    /// <summary>The images of its containers, as the template names them.</summary>
    public EquatableArray<string> Images { get; init; }

    /// <summary>The generation that its controller has seen.</summary>
    public long ObservedGeneration { get; init; }

    /// <summary>All pods that it counts.</summary>
    public int StatusReplicas { get; init; }

    /// <summary>Those of the template that is asked for.</summary>
    public int UpdatedReplicas { get; init; }

    /// <summary>Those that are available.</summary>
    public int AvailableReplicas { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys => [];

    /// <summary>How many pods a size of <paramref name="replicas"/> allows during a rolling update, by the Deployment controller's rounding; Recreate has none beside.</summary>
    public int MaxReplicas(int replicas) => IsRecreate ? replicas : replicas + Surge.RoundedUp(replicas);

    /// <summary>Reads a Deployment.</summary>
    public static DeploymentObject? Project(JsonElement item) => Read(item, ObjectMeta.Read(item));

    private static DeploymentObject Read(JsonElement item, ObjectMeta meta) => new()
    {
        Meta = meta,
        Replicas = item.Int("spec", "replicas") ?? 1,
        IsPaused = item.Bool("spec", "paused") ?? false,
        IsPausedByUs = item.Bool("spec", "paused") is true && IsOursAlone(item, "f:paused"),
        IsRecreate = item.Text("spec", "strategy", "type") == "Recreate",
        Surge = item.At("spec", "strategy", "rollingUpdate", "maxSurge") is { } surge ? IntOrPercent.Read(surge) : new(25, IsPercent: true),
        MinReadySeconds = item.Int("spec", "minReadySeconds") ?? 0,
        RevisionHistoryLimit = item.Int("spec", "revisionHistoryLimit") ?? 10,
        ProgressDeadlineSeconds = item.Int("spec", "progressDeadlineSeconds") ?? 600,
        MatchLabels = item.Pairs("spec", "selector", "matchLabels"),
        Template = TemplateId.Of(item.At("spec", "template")),
        Authors = AuthorNotes.ReadWith(
            meta.Annotations.GetValueOrDefault(WorkloadMarks.AppliedBy),
            meta.Annotations.GetValueOrDefault(ApproverRules.AuthorAnnotation),
            item.Text("spec", "template", "metadata", "annotations", ApproverRules.AuthorAnnotation)),
        Images = [.. item.Items("spec", "template", "spec", "containers").Select(ImageOf).OfType<string>().Distinct(StringComparer.Ordinal).Take(RevisionImages.MaxImages)],
        ObservedGeneration = item.Long("status", "observedGeneration") ?? 0,
        StatusReplicas = item.Int("status", "replicas") ?? 0,
        UpdatedReplicas = item.Int("status", "updatedReplicas") ?? 0,
        AvailableReplicas = item.Int("status", "availableReplicas") ?? 0,
    };

    private static string? ImageOf(JsonElement container) => container.At("image") is { ValueKind: JsonValueKind.String } image ? SharedText.Of(image) : null;

    private static bool IsOursAlone(JsonElement item, string member)
    {
        var owners = item.Items("metadata", "managedFields").Where(entry => entry.At("fieldsV1", "f:spec", member) is not null).Select(entry => entry.Text("manager")).ToArray();
        return owners.Length > 0 && Array.TrueForAll(owners, owner => owner == Marks.FieldManager);
    }
}

/// <summary>A number of pods, or a share of the size.</summary>
/// <param name="Value">The number, or percent.</param>
/// <param name="IsPercent">It is a share.</param>
internal readonly record struct IntOrPercent(int Value, bool IsPercent)
{
    /// <summary>Of a size, rounded up as <c>maxSurge</c> is.</summary>
    public int RoundedUp(int size) => IsPercent ? (int)((((long)Value * size) + 99) / 100) : Value;

    /// <summary>Reads a number or <c>25%</c>; 0 for anything else, which the server does not let through.</summary>
    public static IntOrPercent Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt32(out var number) => new(number, IsPercent: false),
        JsonValueKind.String when value.GetString() is { } text && text.EndsWith('%') && int.TryParse(text.AsSpan(..^1), out var percent) => new(percent, IsPercent: true),
        _ => default,
    };
}
