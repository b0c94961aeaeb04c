using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Tests.Workloads;

internal static class LabelledMeta
{
    /// <summary>The same with the label by which a rollout's objects are found.</summary>
    public static ObjectMeta Of(this ObjectMeta meta, string rollout) =>
        meta with { Labels = new Dictionary<string, string>(meta.Labels, StringComparer.Ordinal) { [Marks.RolloutLabel] = rollout } };
}
