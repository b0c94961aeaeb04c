using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Api;

namespace CanaryController.Manager.Tests.Api;

public sealed class MetricViewsTests
{
    [Fact]
    public void A_metric_that_was_moved_from_a_step_to_the_rollout_in_the_middle_is_shown_once()
    {
        var metric = new MetricSpec { Name = "orders", Kind = MetricKind.Query, Query = "orders", Min = 1 };
        var plan = new RolloutStep { Weight = CanaryWeight.FromBasisPoints(1_000), Metrics = [metric] };
        var spec = new RolloutSpec { Workload = WorkloadKind.Managed, Steps = [plan with { Metrics = [] }], Analysis = new() { Metrics = [metric] } };
        var state = new RolloutState { Phase = RolloutPhase.Progressing, Plan = [plan], CanaryRevision = "v2", StableRevision = "v1" };

        Assert.Equal(["orders"], MetricViews.From(spec, state, null).Select(view => view.Name));
    }
}
