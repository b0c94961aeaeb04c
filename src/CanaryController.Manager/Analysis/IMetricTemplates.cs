using CanaryController.Core.Analysis;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Analysis;

/// <summary>The templates that metrics take their queries from.</summary>
internal interface IMetricTemplates
{
    /// <summary>The template that a rollout of <paramref name="ns"/> names; null when there is none that is valid.</summary>
    MetricTemplateSpec? Find(string ns, MetricTemplateReference reference);
}
