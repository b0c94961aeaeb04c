using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Admission.Guards;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Workloads;
using CsCheck;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>With OnChange: with the admission webhook, and without it.</summary>
public sealed class HoldLawTests
{
    /// <summary>How many states back a replica's caches may be.</summary>
    private const int MostBehind = 12;

    [Fact]
    public void No_change_begins_to_roll_unheld_and_none_stays_held_however_far_the_webhooks_caches_are_behind() =>
        Gen.Select(Gen.Bool, Gen.Int[1, 5], Gen.Bool, Gen.Int[0, int.MaxValue]).Sample((recreate, size, endpoints, seed) => Run(recreate, size, endpoints, seed), iter: 150);

    [Fact]
    public void Without_a_webhook_nothing_that_we_paused_stays_so_and_what_its_user_paused_does_whatever_becomes_of_the_annotations() =>
        Gen.Select(Gen.Bool, Gen.Int[1, 5], Gen.Int[0, int.MaxValue]).Sample((recreate, size, seed) => RunUnguarded(recreate, size, seed), iter: 150);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_Deployment_whose_annotations_were_all_replaced_while_we_held_it_goes_on_in_the_end(bool isWayBack)
    {
        // What kubectl rollout undo sends rests on the Deployment as it was before our pause, and holds whatever it is now.
        var run = new WorkloadRun(ClusterModel.With(4), HoldMode.OnChange) { WatchesStable = false }.Adopted();
        run.Cluster.Ask(2);
        run.Pass();
        Assert.True(run.Cluster.Deployment!.IsPaused);
        run.Cluster.Change(Unmarked(run.Cluster.Deployment) with { Template = ClusterModel.Template(isWayBack ? 1 : 3) }, isSpec: true);
        run.Settle();
        AssertFree(run);
        Assert.Equal(ClusterModel.Template(isWayBack ? 1 : 3), run.Cluster.Sets.Values.Single(set => set.Hash == run.Stable).Template);
        run.AssertWhole();
    }

    [Fact]
    public void A_Deployment_whose_annotations_were_all_replaced_is_marked_again_and_left_as_an_ordinary_one()
    {
        var run = new WorkloadRun(ClusterModel.With(4)).Adopted();
        run.Cluster.Change(Unmarked(run.Cluster.Deployment!), isSpec: false);
        run.Pass();
        Assert.Equal("checkout", run.Cluster.Deployment!.Meta.Annotations[WorkloadMarks.Held]);
        run.Cluster.Change(Unmarked(run.Cluster.Deployment), isSpec: false);
        run.Deleted = true;
        run.Settle();
        Assert.True(run.IsForgotten, run.Tell());
        AssertFree(run);
        run.AssertWhole();
    }

    [Fact]
    public void A_Deployment_that_was_paused_by_what_a_cache_did_not_know_yet_is_resumed()
    {
        var run = new WorkloadRun(ClusterModel.With(4), HoldMode.OnChange).Adopted();
        run.Cluster.Change(Held(run.Cluster.Deployment!), isSpec: true);
        run.Settle();
        AssertFree(run);
        run.AssertWhole();
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 30)]
    [InlineData(true, 1)]
    [InlineData(true, 30)]
    public void What_began_to_roll_during_a_hand_over_neither_ends_it_nor_keeps_the_Deployment_paused(bool recreate, int steps)
    {
        // Resumed with a newer template once the canary is the Deployment's: its controller began on that, or even ended the canary's pods.
        var run = new WorkloadRun(ClusterModel.With(4, recreate: recreate), HoldMode.OnChange) { WatchesStable = false }.Adopted();
        run.Cluster.Ask(2);
        var isResumed = false;
        run.Between = action =>
        {
            if (isResumed || !action.Does.StartsWith("hands ", StringComparison.Ordinal))
            {
                return;
            }

            isResumed = true;
            run.Cluster.Change(Unmarked(run.Cluster.Deployment!) with { IsPaused = false, Template = ClusterModel.Template(3) }, isSpec: true);
            for (var step = 0; step < steps; step++)
            {
                run.Controllers.Step();
            }
        };
        run.Settle(400);
        Assert.True(isResumed, run.Tell());
        Assert.True(run.State.Phase.IsAtRest(), run.Tell());
        Assert.Equal(ClusterModel.Template(3), run.Cluster.Sets.Values.Single(set => set.Hash == run.Stable).Template);
        AssertFree(run);
        run.AssertWhole();
    }

    [Fact]
    public void A_mark_that_is_left_on_a_Deployment_that_runs_goes()
    {
        var run = new WorkloadRun(ClusterModel.With(4), HoldMode.OnChange).Adopted();
        run.Cluster.Change(Held(run.Cluster.Deployment!) with { IsPaused = false }, isSpec: true);
        run.Settle();
        AssertFree(run);
        Assert.Empty(run.Read().Conditions);
    }

    private static void Run(bool recreate, int size, bool endpoints, int seed)
    {
        var random = new Random(seed);
        var run = new WorkloadRun(ClusterModel.With(size, recreate: recreate, publishesEndpoints: endpoints), HoldMode.OnChange).Adopted();
        List<(WorkloadSnapshot Seen, RolloutState State)> known = [(run.Cluster.Snapshot(), run.State)];
        run.Dies = _ => random.Next(6) == 0;
        run.Between = _ =>
        {
            known.Add((run.Cluster.Snapshot(), run.State));
            if (random.Next(4) == 0)
            {
                run.Controllers.Step();
            }
        };
        for (var i = 0; i < 40; i++)
        {
            Happen(run, random, known);
            Go(run, random);
            run.Pass();
            known.Add((run.Cluster.Snapshot(), run.State));
            Go(run, random);
        }

        run.Dies = _ => false;
        run.Verdict = Verdict.Passed;
        run.Settle(400);
        run.AssertWhole();
        Assert.True(run.State.Phase.IsAtRest(), run.Tell());
        Assert.Empty(run.Left());
        Assert.All(run.Cluster.Sets.Keys, name => Assert.True(name == "checkout-h1" || name.StartsWith("checkout-cc-", StringComparison.Ordinal), $"{name} began unheld.\n{run.Tell()}"));
        if (new WorkloadView(run.Cluster.Snapshot(), run.State).AsksForStable)
        {
            AssertFree(run);
        }
    }

    private static void RunUnguarded(bool recreate, int size, int seed)
    {
        var random = new Random(seed);
        var run = new WorkloadRun(ClusterModel.With(size, recreate: recreate), HoldMode.OnChange) { WatchesStable = false }.Adopted();
        var isTheirs = false;
        run.Dies = _ => random.Next(6) == 0;
        run.Between = _ =>
        {
            if (random.Next(4) == 0)
            {
                run.Controllers.Step();
            }
        };
        for (var i = 0; i < 40; i++)
        {
            var before = run.Cluster.Deployment!;
            switch (random.Next(8))
            {
                case 0 or 1:
                    run.Cluster.Ask(random.Next(1, 5));
                    break;
                case 2:
                    // As kubectl rollout undo does, whoever paused meanwhile.
                    run.Cluster.Change(Unmarked(before) with { Template = ClusterModel.Template(random.Next(1, 5)) }, isSpec: true);
                    break;
                case 3 when !before.IsPaused:
                    isTheirs = true;
                    run.Cluster.Change(before with { IsPaused = true, Template = random.Next(2) == 0 ? ClusterModel.Template(random.Next(1, 5)) : before.Template }, isSpec: true);
                    break;
                case 4:
                    isTheirs = false;
                    run.Cluster.Change((random.Next(2) == 0 ? Unmarked(before) : before) with { IsPaused = false }, isSpec: true);
                    break;
                case 5:
                    run.Verdict = random.Next(3) == 0 ? Verdict.Failed : Verdict.Passed;
                    break;
                case 6:
                    run.Restart();
                    break;
                case 7:
                    run.Settle(random.Next(40));
                    break;
            }

            Go(run, random);
            run.Pass();
            Go(run, random);
        }

        run.Dies = _ => false;
        run.Settle(400);
        Assert.True(run.State.Phase.IsAtRest(), run.Tell());
        if (new WorkloadView(run.Cluster.Snapshot(), run.State).AsksForStable)
        {
            Assert.True(run.Cluster.Deployment!.IsPaused == isTheirs, $"paused: {run.Cluster.Deployment.IsPaused}, by its user: {isTheirs}\n{run.Tell()}");
        }
        else
        {
            Assert.True(run.Cluster.Deployment!.IsPaused, run.Tell());
        }

        Assert.Empty(run.Left());
    }

    private static void Happen(WorkloadRun run, Random random, List<(WorkloadSnapshot Seen, RolloutState State)> known)
    {
        switch (random.Next(10))
        {
            case 0 or 1:
                Write(before => before with { Template = ClusterModel.Template(random.Next(1, 5)) });
                break;
            case 2:
                Write(before => Bare(before) with { Template = ClusterModel.Template(random.Next(1, 5)) });
                break;
            case 3:
                Write(before => before with { IsPaused = false });
                break;
            case 4:
                Write(before => before with { ProgressDeadlineSeconds = random.Next(300, 600) });
                break;
            case 5:
                run.Verdict = Verdict.Failed;
                break;
            case 6 or 7:
                run.Verdict = Verdict.Passed;
                break;
            case 8:
                run.Restart();
                break;
            case 9:
                // Time passes only here: rollouts end, and others begin on what they made stable.
                run.Settle(random.Next(40));
                break;
        }

        void Write(Func<DeploymentObject, DeploymentObject> change)
        {
            var before = run.Cluster.Deployment!;
            var after = change(before);
            var (seen, state) = known[random.Next(Math.Max(0, known.Count - MostBehind), known.Count)];
            var isHeld = HoldHook.Holds(new WorkloadView(seen with { Deployment = after }, state), HoldMode.OnChange, before, after);
            run.Cluster.Change(isHeld ? Held(after) : after, isSpec: true);
        }
    }

    private static void Go(WorkloadRun run, Random random)
    {
        for (var step = random.Next(4); step > 0; step--)
        {
            run.Controllers.Step();
            run.Look();
        }
    }

    /// <summary>As <c>kubectl replace</c> leaves it.</summary>
    private static DeploymentObject Bare(DeploymentObject deployment) => deployment with
    {
        IsPaused = false,
        Meta = deployment.Meta with { Annotations = new Dictionary<string, string>() },
    };

    private static DeploymentObject Unmarked(DeploymentObject deployment) => deployment with { Meta = deployment.Meta with { Annotations = new Dictionary<string, string>() } };

    private static DeploymentObject Held(DeploymentObject deployment) => deployment with
    {
        IsPaused = true,
        Meta = deployment.Meta with { Annotations = new Dictionary<string, string>(deployment.Meta.Annotations) { [WorkloadMarks.Held] = "checkout" } },
    };

    private static void AssertFree(WorkloadRun run)
    {
        Assert.False(run.Cluster.Deployment!.IsPaused, run.Tell());
        Assert.DoesNotContain(WorkloadMarks.Held, run.Cluster.Deployment.Meta.Annotations.Keys);
    }
}
