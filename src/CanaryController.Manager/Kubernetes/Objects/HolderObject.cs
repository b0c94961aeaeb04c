using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>
/// What is kept of a ControllerRevision of ours: it owns ReplicaSets that the Deployment must not touch, or stores a template. Its data never change after it was made.
/// </summary>
internal sealed record HolderObject : ICached
{
    /// <summary>Label: the revision whose template it stores; none on one that stores no template.</summary>
    public const string RevisionLabel = "canarycontroller.io/revision";

    /// <summary>What <see cref="Project"/> reads.</summary>
    public static readonly KeptFields Kept = KeptFields.Of("data.spec.template");

    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>The revision whose template it stores; null when it stores none.</summary>
    public string? Revision { get; init; }

    /// <summary>The template that it stores, as it was when it was stored; the default value when it stores none.</summary>
    public TemplateId Template { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys => Meta.Labels.GetValueOrDefault(Marks.RolloutLabel) is { } rollout ? [ObjectKeys.Rollout(Meta.Name.Namespace, rollout)] : [];

    /// <summary>Reads a ControllerRevision; null for one that is not ours.</summary>
    public static HolderObject? Project(JsonElement item)
    {
        var meta = ObjectMeta.Read(item);
        return !meta.Labels.ContainsKey(Marks.RolloutLabel) ? null : new()
        {
            Meta = meta,
            Revision = meta.Labels.GetValueOrDefault(RevisionLabel),
            Template = TemplateId.Of(item.At("data", "spec", "template")),
        };
    }
}
