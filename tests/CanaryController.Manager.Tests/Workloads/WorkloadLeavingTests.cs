using CanaryController.Core.Analysis;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Workloads;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>What is left when a Rollout goes, or its Deployment does.</summary>
public sealed class WorkloadLeavingTests
{
    [Theory]
    [InlineData("at rest")]
    [InlineData("under way")]
    [InlineData("aborted")]
    [InlineData("promoted")]
    public void After_leaving_nothing_tells_that_we_were_there(string when)
    {
        foreach (var hold in new[] { HoldMode.Always, HoldMode.OnChange })
        {
            var run = new WorkloadRun(ClusterModel.With(4), hold) { WatchesStable = hold is HoldMode.Always }.Adopted();
            run.Verdict = when == "aborted" ? Verdict.Failed : Verdict.Passed;
            if (when != "at rest")
            {
                run.Cluster.Ask(2);
                run.Settle(when == "under way" ? 4 : 150);
            }

            run.Deleted = true;
            run.Settle();
            run.AssertWhole();
            Assert.True(run.IsForgotten);
            run.Controllers.Settle();
            var deployment = run.Cluster.Deployment!;
            Assert.False(deployment.IsPaused);
            Assert.Equal(ClusterModel.Template(when == "promoted" ? 2 : 1), deployment.Template);
            Assert.Empty(run.Cluster.Holders);
            Assert.Equal(["checkout"], run.Cluster.Services.Keys);
            Assert.DoesNotContain(ClusterModel.Hash, run.Cluster.Services["checkout"].Selector.Keys);
            Assert.All(run.Cluster.Sets.Values, set => Assert.True(run.Cluster.Owns(set)));
            Assert.All(run.Cluster.Sets.Values, set => Assert.DoesNotContain(Marks.RolloutLabel, set.Meta.Labels.Keys));
            Assert.Equal(4, run.Cluster.Sets.Values.Single(set => set.Template == deployment.Template).AvailableReplicas);
            Assert.Equal(4, run.Cluster.Sets.Values.Sum(set => set.Replicas));
        }
    }

    [Fact]
    public void A_Deployment_that_was_paused_before_stays_paused_after_leaving()
    {
        var run = new WorkloadRun(ClusterModel.With(4));
        run.Cluster.Change(run.Cluster.Deployment! with { IsPaused = true }, isSpec: true);
        run.Adopted();
        run.Deleted = true;
        run.Settle();
        Assert.True(run.IsForgotten);
        Assert.True(run.Cluster.Deployment!.IsPaused);
    }

    [Fact]
    public void A_Deployment_that_is_gone_is_said_and_its_canary_can_still_be_taken_away()
    {
        var run = new WorkloadRun(ClusterModel.With(4)).Adopted();
        run.Cluster.Ask(2);
        run.Settle(4);
        run.Cluster.Deployment = null;
        Assert.Contains("not there", run.Read().Problem, StringComparison.Ordinal);
        Assert.Null(run.Read().DeclaredRevision);
        run.Deleted = true;
        run.Settle();
        Assert.True(run.IsForgotten);
        Assert.Empty(run.Cluster.Holders);
        Assert.DoesNotContain(run.Cluster.Sets.Values, set => set.Meta.Name.Name.Contains("-cc-", StringComparison.Ordinal));
    }
}
