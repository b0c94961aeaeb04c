using CanaryController.Core.Rollouts;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>Whom the canary's Service leads to, and when.</summary>
public sealed class CanaryServiceTests
{
    /// <summary>Traefik drops a whole route when a Service in it has no endpoint.</summary>
    [Fact]
    public void A_Service_is_pointed_at_a_canary_only_once_a_pod_of_it_is_ready()
    {
        var run = new WorkloadRun(ClusterModel.With(4)).Adopted();
        var (behind, switches) = ("h1", 0);
        run.Between = _ =>
        {
            if (run.Cluster.Services["checkout-canary"].Selector[ClusterModel.Hash] is var hash && hash != behind)
            {
                Assert.InRange(run.Cluster.Sets.Values.Single(set => set.Hash == hash).ReadyReplicas, 1, 4);
                (behind, switches) = (hash, switches + 1);
            }
        };
        run.Cluster.Ask(2);
        run.Settle();
        run.AssertWhole();
        Assert.Equal(RolloutPhase.Promoted, run.State.Phase);
        Assert.Equal((run.Stable, 1), (behind, switches));
    }
}
