using CanaryController.ApiServerStub.Faults;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Workloads;

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
        var first = await cluster.AdoptAsync(3, recreate);
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

    [Fact]
    public async Task A_rollout_that_the_Deployment_finished_unheld_is_captured_and_stable_comes_back()
    {
        await using var cluster = await LiveCluster.StartAsync(HoldMode.OnChange);
        var first = await cluster.AdoptAsync(3);
        Assert.False((await cluster.DeploymentAsync()).IsPaused);
        cluster.Verdict = Verdict.Failed;
        await cluster.SetImageAsync("web:2");
        await cluster.AloneUntilAsync(() => cluster.Sets.Any(set => set.Hash != first && set.AvailableReplicas == 3) && cluster.Sets.Single(set => set.Hash == first).StatusReplicas == 0);
        await cluster.UntilAsync(() => cluster.State.Phase is RolloutPhase.Aborted);
        await cluster.UntilAsync(() => cluster.Sets.Single(set => set.Hash == first).AvailableReplicas == 3);
        Assert.Equal(0, cluster.Sets.Single(set => set.Hash != first).Replicas);
        Assert.True((await cluster.DeploymentAsync()).IsPaused);

        await cluster.SetImageAsync("web:1");
        await cluster.UntilAsync(() => cluster.State.DeclaredRevision == first && cluster.Holders.Count == 1);
        var deployment = await cluster.DeploymentAsync();
        Assert.False(deployment.IsPaused);
        Assert.All(cluster.Sets, set => Assert.Equal(deployment.Meta.Uid, set.Meta.Controller?.Uid));
        Assert.Null(await cluster.LeaveAsync());
    }

    [Fact]
    public async Task Undo_takes_the_former_ReplicaSet_and_gives_the_Deployment_its_template_again()
    {
        await using var cluster = await LiveCluster.StartAsync();
        var first = await cluster.AdoptAsync(2);
        await cluster.SetImageAsync("web:2");
        await cluster.UntilAsync(() => cluster.State.Phase is RolloutPhase.Promoted && cluster.State.StableRevision != first);
        cluster.Command = new RolloutCommand { Id = "1", Action = RolloutAction.Undo, Actor = "ann" };
        await cluster.UntilAsync(() => cluster.State.Phase is RolloutPhase.Promoted && cluster.State.StableRevision == first);
        var stable = cluster.Sets.Single(set => set.Hash == first);
        var deployment = await cluster.DeploymentAsync();
        Assert.Equal((deployment.Meta.Uid, 2, stable.Template), (stable.Meta.Controller?.Uid, stable.AvailableReplicas, deployment.Template));
        Assert.Null(await cluster.LeaveAsync());
    }

    [Fact]
    public async Task Stable_comes_back_from_0_replicas_although_no_history_is_kept()
    {
        await using var cluster = await LiveCluster.StartAsync();
        var first = await cluster.AdoptAsync(2, historyLimit: 0);
        cluster.Verdict = Verdict.Failed;
        await cluster.SetImageAsync("web:2");
        await cluster.UntilAsync(() => cluster.State.Phase is RolloutPhase.Aborted);
        await cluster.ScaleAsync(0);
        await cluster.UntilAsync(() => cluster.Sets.All(set => set is { Replicas: 0, StatusReplicas: 0 }));
        await cluster.ScaleAsync(3);
        await cluster.UntilAsync(() => cluster.Sets.Any(set => set.Hash == first && set.AvailableReplicas == 3));
        Assert.Equal(3, cluster.Sets.Sum(set => set.Replicas));
        Assert.Null(await cluster.LeaveAsync());
    }

    [Fact]
    public async Task Writes_that_fail_and_answers_that_are_lost_change_nothing_in_the_end()
    {
        await using var cluster = await LiveCluster.StartAsync();
        Assert.SkipWhen(cluster.Faults is null, "A real control plane fails when it wants to.");
        foreach (var (write, number) in new[] { 3, 5, 8, 10, 13, 15, 18, 20, 22, 25, 27, 30 }.Select((write, number) => (write, number)))
        {
            cluster.Faults.Add(Fault.AtWrite(write, number % 2 == 0 ? FaultMoment.After : FaultMoment.Before));
        }

        await cluster.CreateAsync(2);
        await cluster.UntilAsync(() => cluster.State.StableRevision is not null && cluster.Sets.Any(set => set.AvailableReplicas == 2) && cluster.Services.Count == 3);
        var first = cluster.State.StableRevision;
        await cluster.UntilAsync(() => cluster.Failure is null);
        await cluster.SetImageAsync("web:2");
        await cluster.UntilAsync(() => cluster.State.Phase is RolloutPhase.Promoted && cluster.State.StableRevision != first && cluster.Holders.Count == 2);
        Assert.Equal(2, cluster.Sets.Sum(set => set.Replicas));
    }

    [Fact]
    public async Task A_missing_permission_is_named()
    {
        await using var cluster = await LiveCluster.StartAsync();
        Assert.SkipWhen(cluster.Faults is null, "The permissions of a real control plane are what they are.");
        await cluster.CreateAsync(2);
        using var forbidden = cluster.Faults.Add(Fault.Forbid("create", "apps/controllerrevisions"));
        await cluster.UntilAsync(() => cluster.Failure is not null);
        Assert.StartsWith("The permission to create controllerrevisions is missing", cluster.Failure, StringComparison.Ordinal);
        Assert.True((await cluster.DeploymentAsync()).IsPaused);
    }
}
