using CanaryController.Core.Analysis;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes;

/// <summary>The templates of the cluster. A controller of namespaces reads no ClusterMetricTemplates: that would take a right in the whole cluster.</summary>
internal sealed class ClusterTemplates(IObjectCache<MetricTemplateObject> local, IObjectCache<ClusterMetricTemplateObject>? cluster = null) : IMetricTemplates
{
    /// <inheritdoc/>
    public MetricTemplateSpec? Find(string ns, MetricTemplateReference reference) =>
        reference.IsCluster ? cluster?.Find(new("", reference.Name))?.Spec : local.Find(new(ns, reference.Name))?.Spec;
}
