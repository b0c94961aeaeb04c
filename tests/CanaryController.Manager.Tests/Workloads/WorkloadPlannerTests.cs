using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Workloads;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>What a person sees happen to a Deployment.</summary>
public sealed class WorkloadPlannerTests
{
    private static RolloutCommand Command(RolloutAction action, string? revision = null) => new() { Id = "1", Action = action, Actor = "ann", Revision = revision };

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void At_rest_a_Deployment_is_paused_only_when_it_is_held_always(bool onChange, bool paused)
    {
        var run = new WorkloadRun(ClusterModel.With(4), onChange ? HoldMode.OnChange : HoldMode.Always).Adopted();
        run.AssertWhole();
        Assert.Equal(paused, run.Cluster.Deployment!.IsPaused);
        Assert.Equal("h1", run.Stable);
        Assert.Empty(run.Left());
        Assert.All(["checkout", "checkout-stable", "checkout-canary"], name => Assert.Equal("h1", run.Cluster.Services[name].Selector[ClusterModel.Hash]));
        Assert.Equal("h1", run.Cluster.Holders["checkout-stable"].Revision);
    }

    [Theory]
    [InlineData(false, false, 10, true)]
    [InlineData(true, false, 10, true)]
    [InlineData(false, true, 10, true)]
    [InlineData(false, false, 0, true)]
    [InlineData(true, true, 0, true)]
    [InlineData(false, false, 10, false)]
    public void A_canary_is_handed_over_without_a_pod_moved(bool onChange, bool recreate, int historyLimit, bool publishesEndpoints)
    {
        var run = new WorkloadRun(
            ClusterModel.With(4, recreate: recreate, historyLimit: historyLimit, publishesEndpoints: publishesEndpoints), onChange ? HoldMode.OnChange : HoldMode.Always).Adopted();
        // With OnChange the admission webhook pauses in the same write.
        run.Cluster.Change(run.Cluster.Deployment! with { Template = ClusterModel.Template(2), IsPaused = true, Meta = Held(run.Cluster.Deployment.Meta) }, isSpec: true);
        run.Settle();
        run.AssertWhole();
        Assert.Equal(RolloutPhase.Promoted, run.State.Phase);
        var set = run.Cluster.Sets["checkout-cc-" + run.Stable];
        Assert.True(run.Cluster.Owns(set));
        Assert.Equal((4, 4), (set.Replicas, set.AvailableReplicas));
        Assert.Equal(4, run.Cluster.Sets.Values.Sum(each => each.Replicas));
        Assert.Equal(!onChange, run.Cluster.Deployment!.IsPaused);
        Assert.Equal(onChange ? ["checkout-stable"] : ["checkout-parked", "checkout-stable"], run.Cluster.Holders.Keys.Order());
        Assert.Equal(run.Stable, run.Cluster.Holders["checkout-stable"].Revision);
        Assert.Empty(run.Left());
        Assert.DoesNotContain(run.Done, done => done.StartsWith("refused", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rejected_canary_stays_parked_at_0_as_long_as_it_is_asked_for_and_goes_when_it_is_not()
    {
        var run = new WorkloadRun(ClusterModel.With(4)).Adopted();
        run.Verdict = Verdict.Failed;
        run.Cluster.Ask(2);
        run.Settle();
        run.AssertWhole();
        Assert.Equal(RolloutPhase.Aborted, run.State.Phase);
        var rejected = run.Cluster.Sets["checkout-cc-" + run.State.CanaryRevision];
        Assert.Equal((0, "checkout-" + run.State.CanaryRevision), (rejected.Replicas, rejected.Meta.Controller?.Name));
        Assert.Equal(run.State.CanaryRevision, run.Read().DeclaredRevision);
        Assert.Equal(4, run.Cluster.Sets["checkout-h1"].AvailableReplicas);
        run.Cluster.Ask(1);
        run.Settle();
        Assert.Equal(["checkout-h1"], run.Cluster.Sets.Keys);
        Assert.Equal("h1", run.Read().DeclaredRevision);
        Assert.Empty(run.Left());
        run.AssertWhole();
    }

    [Fact]
    public void The_clusters_controllers_may_act_between_any_two_writes()
    {
        var run = new WorkloadRun(ClusterModel.With(4)).Adopted();
        run.Between = _ => run.Controllers.Step();
        run.Cluster.Ask(2);
        run.Settle();
        run.AssertWhole();
        Assert.Equal(RolloutPhase.Promoted, run.State.Phase);
    }

    [Fact]
    public void A_canary_whose_pods_become_unready_is_not_handed_over_until_they_are_ready_again()
    {
        var run = new WorkloadRun(ClusterModel.With(4)).Adopted();
        run.Cluster.Ask(2);
        run.Between = action =>
        {
            if (action.Does.StartsWith("points checkout at", StringComparison.Ordinal) && run.State.HandOverStarted)
            {
                run.Cluster.Unready.Add(ClusterModel.Template(2));
            }
        };
        run.Settle(30);
        run.AssertWhole();
        Assert.True(run.State.HandOverStarted);
        run.Cluster.Unready.Clear();
        run.Settle();
        run.AssertWhole();
        Assert.Equal(RolloutPhase.Promoted, run.State.Phase);
    }

    [Fact]
    public void A_third_template_takes_the_place_of_the_second()
    {
        var run = new WorkloadRun(ClusterModel.With(4)).Adopted();
        run.Cluster.Unready.Add(ClusterModel.Template(2));
        run.Cluster.Ask(2);
        run.Settle(5);
        var second = run.State.CanaryRevision;
        Assert.Contains("checkout-cc-" + second, run.Cluster.Sets.Keys);
        run.Cluster.Ask(3);
        run.Settle();
        run.AssertWhole();
        Assert.Equal(RolloutPhase.Promoted, run.State.Phase);
        Assert.DoesNotContain("checkout-cc-" + second, run.Cluster.Sets.Keys);
        Assert.Equal(ClusterModel.Template(3), run.Cluster.Sets["checkout-cc-" + run.Stable].Template);
        Assert.Empty(run.Left());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(30)]
    public void A_rollout_that_started_unheld_is_captured_and_goes_on_as_a_canary_from_0(int steps)
    {
        var run = new WorkloadRun(ClusterModel.With(4), HoldMode.OnChange) { WatchesStable = false }.Adopted();
        run.Cluster.Ask(2);
        for (var i = 0; i < steps; i++)
        {
            run.Controllers.Step();
        }

        run.Pass();
        Assert.True(run.Cluster.Deployment!.IsPaused);
        Assert.Equal(("h2", 0m), (run.State.CanaryRevision, run.State.Weight.Percent));
        Assert.False(run.Cluster.Owns(run.Cluster.Sets["checkout-h2"]));
        run.Controllers.Settle();
        Assert.Equal(4, run.Cluster.Sets["checkout-h1"].AvailableReplicas);
        run.Settle();
        run.AssertWhole();
        Assert.Equal((RolloutPhase.Promoted, "h2"), (run.State.Phase, run.Stable));
        Assert.False(run.Cluster.Deployment!.IsPaused);
        Assert.Empty(run.Left());
    }

    [Fact]
    public void Stable_comes_back_from_0_replicas_and_not_the_newest()
    {
        var run = new WorkloadRun(ClusterModel.With(4, historyLimit: 0)).Adopted();
        run.Verdict = Verdict.Failed;
        run.Cluster.Ask(2);
        run.Settle();
        Assert.Equal(RolloutPhase.Aborted, run.State.Phase);
        run.Cluster.Scale(0);
        run.Settle();
        run.Cluster.Scale(5);
        run.WatchesStable = false;
        run.Settle();
        run.AssertWhole();
        Assert.Equal(5, run.Cluster.Sets["checkout-h1"].AvailableReplicas);
        Assert.Equal(5, run.Cluster.Sets.Values.Sum(set => set.Replicas));
        Assert.Empty(run.Left());
    }

    [Fact]
    public void Undo_takes_over_the_ReplicaSet_that_there_is_and_gives_the_Deployment_its_template_before_the_hand_over()
    {
        var run = new WorkloadRun(ClusterModel.With(3)).Adopted();
        run.Cluster.Ask(2);
        run.Settle();
        Assert.Equal(RolloutPhase.Promoted, run.State.Phase);
        run.Pass(Command(RolloutAction.Undo));
        Assert.Equal("h1", run.State.CanaryRevision);
        run.Settle();
        run.AssertWhole();
        Assert.Equal((RolloutPhase.Promoted, "h1"), (run.State.Phase, run.Stable));
        Assert.Equal(ClusterModel.Template(1), run.Cluster.Deployment!.Template);
        Assert.True(run.Cluster.Owns(run.Cluster.Sets["checkout-h1"]));
        Assert.Empty(run.Left());
    }

    [Theory]
    [InlineData(7)]
    [InlineData(2)]
    [InlineData(0)]
    public void A_Deployment_that_is_scaled_during_the_hand_over_is_handed_over_with_its_new_size(int size)
    {
        foreach (var recreate in new[] { false, true })
        {
            var run = new WorkloadRun(ClusterModel.With(4, recreate: recreate)).Adopted();
            run.WatchesStable = false;
            run.Between = action =>
            {
                if (action.Does.Contains("hands", StringComparison.Ordinal))
                {
                    run.Cluster.Scale(size);
                }
            };
            run.Cluster.Ask(2);
            run.Settle(300);
            run.AssertWhole();
            Assert.Equal(RolloutPhase.Promoted, run.State.Phase);
            Assert.Equal(size, run.Cluster.Sets["checkout-cc-" + run.Stable].Replicas);
            Assert.Equal(size, run.Cluster.Sets.Values.Sum(set => set.Replicas));
        }
    }

    [Fact]
    public void A_template_that_comes_during_the_hand_over_is_rolled_out_after_it_and_no_pod_is_lost_to_it()
    {
        var run = new WorkloadRun(ClusterModel.With(4)).Adopted();
        run.Between = action =>
        {
            if (action.Does.StartsWith("points checkout-stable", StringComparison.Ordinal) && run.State.HandOverStarted)
            {
                run.Between = _ => { };
                run.Cluster.Ask(3);
            }
        };
        run.Cluster.Ask(2);
        run.Settle(300);
        run.AssertWhole();
        Assert.Equal([ClusterModel.Template(2), ClusterModel.Template(3)], run.State.History.Skip(1).Select(record => run.Cluster.Sets["checkout-cc-" + record.Revision].Template));
        Assert.Equal(RolloutPhase.Promoted, run.State.Phase);
        Assert.Empty(run.Left());
    }

    [Fact]
    public void A_Deployment_in_the_middle_of_a_rolling_update_is_adopted_after_it()
    {
        var run = new WorkloadRun(ClusterModel.With(4));
        run.Cluster.Ask(2);
        run.Controllers.Step();
        Assert.Contains("rolling update", run.Read().Problem, StringComparison.Ordinal);
        Assert.Null(run.Read().InitialStableRevision);
        run.Settle();
        Assert.Equal("h2", run.Stable);
        run.AssertWhole();
    }

    [Fact]
    public void The_apex_stays_open_where_a_server_side_apply_owns_its_selector()
    {
        var run = new WorkloadRun(ClusterModel.With(4));
        run.Cluster.Services["checkout"] = run.Cluster.Services["checkout"] with { SelectorApplier = "argocd" };
        run.Adopted();
        Assert.DoesNotContain(ClusterModel.Hash, run.Cluster.Services["checkout"].Selector.Keys);
        Assert.Equal("ApexOpen", Assert.Single(run.Read().Conditions).Type);
        run.Cluster.Ask(2);
        run.Settle();
        Assert.Equal(RolloutPhase.Promoted, run.State.Phase);
        run.AssertWhole();
    }

    [Fact]
    public void By_pod_count_there_is_one_Service_and_it_stays_open()
    {
        var run = new WorkloadRun(ClusterModel.With(4, isByPodCount: true)).Adopted();
        run.Cluster.Ask(2);
        run.Settle();
        Assert.Equal(RolloutPhase.Promoted, run.State.Phase);
        Assert.Equal(["checkout"], run.Cluster.Services.Keys);
        Assert.DoesNotContain(ClusterModel.Hash, run.Cluster.Services["checkout"].Selector.Keys);
        run.AssertWhole();
    }

    [Fact]
    public void A_Service_of_somebody_else_is_named_and_left_alone()
    {
        var run = new WorkloadRun(ClusterModel.With(4));
        var theirs = run.Cluster.Services["checkout-stable"] = run.Cluster.Services["checkout"] with { Meta = run.Cluster.NewMeta("checkout-stable") };
        run.Settle();
        Assert.Contains("checkout-stable is there already", run.Read().Problem, StringComparison.Ordinal);
        run.Cluster.Ask(2);
        run.Settle(20);
        Assert.Same(theirs, run.Cluster.Services["checkout-stable"]);
        Assert.Equal(["checkout-h1"], run.Cluster.Sets.Keys);
    }

    private static ObjectMeta Held(ObjectMeta meta) =>
        meta with { Annotations = new Dictionary<string, string>(meta.Annotations) { [WorkloadMarks.Held] = "checkout" } };
}
