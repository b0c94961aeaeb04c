using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Kubernetes.Admission.Guards;

/// <summary>Which Rollout leads an object.</summary>
internal static class Leaders
{
    /// <summary>
    /// The first Rollout among those with <paramref name="key"/> that knows what is stable. One that was not adopted yet leads nothing, nor does one that is being deleted or released: what it gave
    /// back must not be taken again.
    /// </summary>
    public static RolloutObject? Leader(this IObjectCache<RolloutObject> rollouts, string key) => rollouts.By(key)
        .Where(rollout => rollout is { Meta.IsDeleting: false, Content: not null, Status.State.StableRevision: not null, IsReleased: false })
        .OrderBy(rollout => rollout.Meta.CreatedAt).ThenBy(rollout => rollout.Meta.Name.Name, StringComparer.Ordinal)
        .FirstOrDefault();
}
