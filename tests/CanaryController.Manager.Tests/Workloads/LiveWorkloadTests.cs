using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>From adoption to the end, by requests to a server that has a Deployment controller.</summary>
public sealed class LiveWorkloadTests
{
    private const string Hash = Marks.PodTemplateHash;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_canary_is_handed_over_and_afterwards_left_as_an_ordinary_Deployment(bool recreate)
    {
        await using var cluster = await LiveCluster.StartAsync();
        await cluster.CreateAsync(3, recreate);
        await cluster.UntilAsync(() => cluster.State.StableRevision is not null && cluster.Sets.Any(set => set.AvailableReplicas == 3));
        await cluster.UntilAsync(() => cluster.Services.Count == 3 && cluster.Holders.Count > 0);
        var first = cluster.State.StableRevision!;
        await cluster.SetImageAsync("web:2");
        await cluster.UntilAsync(() => cluster.State.Phase is RolloutPhase.Promoted && cluster.Holders.Count == 2);

        var deployment = await cluster.DeploymentAsync();
        var stable = cluster.Sets.Single(set => set.Hash == cluster.State.StableRevision);
        Assert.Equal((deployment.Meta.Uid, 3, 3), (stable.Meta.Controller?.Uid, stable.Replicas, stable.AvailableReplicas));
        Assert.Equal(0, cluster.Sets.Single(set => set.Hash == first).StatusReplicas);
        Assert.All(cluster.Services, service => Assert.Equal(stable.Hash, service.Selector[Hash]));
        Assert.Equal(stable.Template, deployment.Template);

        Assert.Null(await cluster.LeaveAsync());
        deployment = await cluster.DeploymentAsync();
        Assert.False(deployment.IsPaused);
        Assert.Equal([cluster.Name], cluster.Services.Select(service => service.Meta.Name.Name));
        Assert.DoesNotContain(Hash, cluster.Services[0].Selector.Keys);
        Assert.Empty(cluster.Holders);
        Assert.All(cluster.Sets, set => Assert.Equal(deployment.Meta.Uid, set.Meta.Controller?.Uid));
        Assert.Equal(2, cluster.Sets.Count);
    }

    [Fact]
    public async Task A_failing_canary_is_taken_away_and_leaving_restores_stables_template()
    {
        await using var cluster = await LiveCluster.StartAsync();
        cluster.Verdict = Verdict.Failed;
        await cluster.CreateAsync(3);
        await cluster.UntilAsync(() => cluster.State.StableRevision is not null && cluster.Sets.Any(set => set.AvailableReplicas == 3));
        var first = cluster.Sets.Single();
        await cluster.SetImageAsync("web:2");
        await cluster.UntilAsync(() => cluster.State.Phase is RolloutPhase.Aborted);
        Assert.Equal((0, cluster.State.CanaryRevision), cluster.Sets.Where(set => set.Hash != first.Hash).Select(set => (set.Replicas, set.Hash)).Single());

        Assert.Null(await cluster.LeaveAsync());
        var deployment = await cluster.DeploymentAsync();
        Assert.Equal((first.Template, false), (deployment.Template, deployment.IsPaused));
        Assert.Equal([first.Meta.Name], cluster.Sets.Select(set => set.Meta.Name));
        Assert.Equal(3, cluster.Sets[0].AvailableReplicas);
        Assert.Empty(cluster.Holders);
    }

    [Fact]
    public async Task An_autoscaler_scales_stable_while_a_canary_waits_and_the_hand_over_takes_the_new_size()
    {
        await using var cluster = await LiveCluster.StartAsync();
        await cluster.CreateAsync(2);
        await cluster.UntilAsync(() => cluster.State.StableRevision is not null && cluster.Sets.Any(set => set.AvailableReplicas == 2));
        await cluster.SetImageAsync("web:2");
        await cluster.UntilAsync(() => cluster.State.Phase is RolloutPhase.Promoting);
        await cluster.ScaleAsync(4);
        await cluster.UntilAsync(() => cluster.State.Phase is RolloutPhase.Promoted);
        Assert.Equal(4, cluster.Sets.Single(set => set.Hash == cluster.State.StableRevision).AvailableReplicas);
        Assert.Null(await cluster.LeaveAsync());
    }
}
