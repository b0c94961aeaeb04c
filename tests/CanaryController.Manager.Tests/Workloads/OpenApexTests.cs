using CanaryController.Core.Rollouts;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>Where a router chooses among the pods of the apex Service itself.</summary>
public sealed class OpenApexTests
{
    [Fact]
    public void The_apex_stays_open_where_subsets_choose_among_its_pods_and_the_two_Services_pin_all_the_same()
    {
        var run = new WorkloadRun(ClusterModel.With(4, isBySubset: true)).Adopted();
        Assert.Empty(run.Read().Conditions);
        run.Cluster.Ask(2);
        run.Settle();
        Assert.Equal(RolloutPhase.Promoted, run.State.Phase);
        Assert.DoesNotContain(ClusterModel.Hash, run.Cluster.Services["checkout"].Selector.Keys);
        Assert.Equal([run.Stable, run.Stable], ((string[])["checkout-stable", "checkout-canary"]).Select(name => run.Cluster.Services[name].Selector[ClusterModel.Hash]));
        run.AssertWhole();
    }
}
