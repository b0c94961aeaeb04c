using CanaryController.Core;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Windows;

namespace CanaryController.Manager.Kubernetes;

/// <summary>The freezes of the cluster. A controller of namespaces reads no ClusterFreezeWindows: that would take a right in the whole cluster.</summary>
internal sealed class ClusterFreezes(IObjectCache<FreezeWindowObject> local, IObjectCache<ClusterFreezeWindowObject>? cluster = null) : IFreezes
{
    /// <inheritdoc/>
    public IReadOnlyList<Freeze> For(RolloutKey rollout, EquatableArray<KeyValuePair<string, string>> labels) =>
    [
        .. local.By(FreezeWindowObject.KeyOf(rollout.Namespace)).Concat((IEnumerable<FreezeWindowObject>?)cluster?.All ?? [])
            .Select(each => each.Freeze).Where(freeze => freeze.IsFor(rollout, labels)),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<(FreezeWindow? Window, Freeze Freeze, string? File)> Of(string? ns) =>
    [
        .. (ns is null ? local.All : local.By(FreezeWindowObject.KeyOf(ns))).Concat((IEnumerable<FreezeWindowObject>?)cluster?.All ?? [])
            .Select(each => (each.Window, each.Freeze, (string?)null)),
    ];
}
