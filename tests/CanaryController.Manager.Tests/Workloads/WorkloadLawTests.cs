using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Workloads;
using CsCheck;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>What holds whatever happens, in whatever order.</summary>
public sealed class WorkloadLawTests
{
    [Fact]
    public void Whatever_happens_and_wherever_the_process_dies_the_workload_comes_to_rest_whole() =>
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[0, 2].Select(i => new[] { 0, 2, 10 }[i]), Gen.Int[1, 5], Gen.Bool, Gen.Int[0, int.MaxValue])
            .Sample((onChange, recreate, limit, size, endpoints, seed) => Run(onChange, recreate, limit, size, endpoints, seed), iter: 150);

    private static void Run(bool onChange, bool recreate, int historyLimit, int size, bool endpoints, int seed)
    {
        var random = new Random(seed);
        var hold = onChange ? HoldMode.OnChange : HoldMode.Always;
        var run = new WorkloadRun(ClusterModel.With(size, recreate: recreate, historyLimit: historyLimit, publishesEndpoints: endpoints), hold);
        run.WatchesStable = !onChange;
        run.Adopted();
        run.Dies = _ => random.Next(6) == 0;
        run.Between = _ =>
        {
            if (random.Next(4) == 0)
            {
                run.Controllers.Step();
            }
        };
        for (var i = 0; i < 30; i++)
        {
            Happen(run, random);
            Go(run, random);
            run.Pass();
            Go(run, random);
        }

        run.Dies = _ => false;
        if (run.Cluster.Deployment!.Replicas == 0)
        {
            // A stable at 0 replicas carries nothing: an abort waits until somebody scales it up.
            run.WatchesStable = false;
            run.Cluster.Scale(3);
        }

        run.Verdict = Verdict.Passed;
        run.Deleted = random.Next(3) == 0;
        run.Settle(400);
        run.AssertWhole();
        Assert.True(run.State.Phase.IsAtRest(), run.Tell());
        Assert.Empty(run.Left());
        var wanted = run.Cluster.Deployment!.Replicas;
        Assert.Equal(wanted, run.Cluster.Sets.Values.Sum(set => set.Replicas));
        if (run.Deleted)
        {
            Assert.True(run.IsForgotten, run.Tell());
            Assert.All(run.Cluster.Sets.Values, set => Assert.True(run.Cluster.Owns(set)));
        }
        else
        {
            Assert.Equal(wanted, new WorkloadView(run.Cluster.Snapshot(), run.State).Stable?.AvailableReplicas ?? 0);
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

    private static void Happen(WorkloadRun run, Random random)
    {
        switch (random.Next(12))
        {
            case 0 or 1:
                run.Cluster.Ask(random.Next(1, 5));
                break;
            case 2:
                run.WatchesStable = false;
                run.Cluster.Scale(random.Next(0, 7));
                break;
            case 3:
                run.Verdict = Verdict.Failed;
                break;
            case 4 or 5:
                run.Verdict = Verdict.Passed;
                break;
            case 6:
                run.WatchesStable = false;
                run.Cluster.Change(run.Cluster.Deployment! with { IsPaused = false }, isSpec: true);
                break;
            case 7:
                run.Restart();
                break;
        }
    }
}
