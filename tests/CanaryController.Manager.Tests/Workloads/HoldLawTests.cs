using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Admission.Guards;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Workloads;
using CsCheck;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>With OnChange and the admission webhook.</summary>
public sealed class HoldLawTests
{
    /// <summary>How many states back a replica's caches may be.</summary>
    private const int MostBehind = 12;

    [Fact]
    public void No_change_begins_to_roll_unheld_and_none_stays_held_however_far_the_webhooks_caches_are_behind() =>
        Gen.Select(Gen.Bool, Gen.Int[1, 5], Gen.Bool, Gen.Int[0, int.MaxValue]).Sample((recreate, size, endpoints, seed) => Run(recreate, size, endpoints, seed), iter: 150);

    [Fact]
    public void A_Deployment_that_was_paused_by_what_a_cache_did_not_know_yet_is_resumed()
    {
        var run = new WorkloadRun(ClusterModel.With(4), HoldMode.OnChange).Adopted();
        run.Cluster.Change(Held(run.Cluster.Deployment!), isSpec: true);
        run.Settle();
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
