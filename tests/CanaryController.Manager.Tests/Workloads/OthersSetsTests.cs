using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Workloads;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>A rollout of this name led another Deployment before, and was taken away by force: what it held carries the same label.</summary>
public sealed class OthersSetsTests
{
    private readonly CacheMemory<DeploymentObject> _deployments = new();
    private readonly CacheMemory<ReplicaSetObject> _sets = new();
    private readonly CacheMemory<HolderObject> _holders = new();
    private readonly CacheMemory<ServiceObject> _services = new();
    private readonly WorkloadRun _run = new WorkloadRun(ClusterModel.With(4)).Adopted();

    public OthersSetsTests()
    {
        _run.Cluster.Holders["checkout-c7"] = new() { Meta = _run.Cluster.NewMeta("checkout-c7"), Revision = "c7", Template = ClusterModel.Template(7) };
        _deployments.Put(_run.Cluster.Deployment!);
        _deployments.Put(_run.Cluster.Deployment! with { Meta = _run.Cluster.NewMeta("cart") });
        _run.Cluster.Holders.Values.ToList().ForEach(holder => _holders.Put(holder with { Meta = holder.Meta.Of("checkout") }));
        _run.Cluster.Sets.Values.ToList().ForEach(_sets.Put);
        _run.Cluster.Services.Values.ToList().ForEach(_services.Put);
        _sets.Put(Canary("cart-cc-c7"));
    }

    [Fact]
    public void What_it_held_is_neither_scaled_nor_given_away_and_its_holder_stays()
    {
        var seen = Read();
        Assert.Equal(["checkout-h1"], seen.Sets.Select(set => set.Meta.Name.Name));
        Assert.Equal(["cart-cc-c7"], seen.OthersSets.Select(set => set.Meta.Name.Name));
        Assert.Empty(WorkloadPlanner.Plan(seen, _run.State, [], new(_run.Now, "me-1", HoldMode.Always, TimeSpan.Zero)).Actions);
        AssertStays(new WorkloadPlan([], new(_run.Now, "me-1", HoldMode.Always, TimeSpan.Zero)), seen);
    }

    [Fact]
    public void Leaving_neither_waits_for_it_nor_takes_its_holder()
    {
        var seen = Read();
        var basis = new PlanBasis(_run.Now, "me-1", HoldMode.Always, TimeSpan.Zero);
        for (var writes = 0; WorkloadPlanner.Leave(seen, _run.State, basis) is { HasActions: true } plan; writes++)
        {
            Assert.True(writes < 20, "Leaving never ends.");
            Assert.DoesNotContain(plan.Actions, action => action.Name.Name is "cart-cc-c7" or "checkout-c7");
            foreach (var action in plan.Actions)
            {
                Assert.True(_run.Cluster.Do(action), action.Does);
            }

            seen = _run.Cluster.Snapshot() with { OthersSets = seen.OthersSets };
        }

        Assert.Empty(WorkloadPlanner.Leave(seen, _run.State, basis).Waits);
        Assert.False(_run.Cluster.Deployment!.IsPaused);
        Assert.Equal(["checkout-c7"], _run.Cluster.Holders.Keys);
    }

    [Theory]
    [InlineData("checkout-cc-c7")]
    [InlineData("checkout-c7")]
    [InlineData("basket-c7")]
    [InlineData("cart")]
    public void What_is_called_after_its_own_Deployment_or_none_that_is_there_is_its_own(string name)
    {
        _sets.Put(Canary(name));
        Assert.Contains(name, Read().Sets.Select(set => set.Meta.Name.Name));
    }

    [Fact]
    public void A_Deployment_whose_name_ends_as_ours_do_keeps_its_own()
    {
        _deployments.Put(_run.Cluster.Deployment! with { Meta = _run.Cluster.NewMeta("cart-cc") });
        var target = new WorkloadTarget(_run.Cluster.Target.Rollout, "cart-cc", "checkout", IsByPodCount: false);
        Assert.Contains("cart-cc-c7", Caches.Read(target, null).Sets.Select(set => set.Meta.Name.Name));
    }

    private WorkloadCaches Caches => new(_deployments, _sets, _holders, _services, new CacheMemory<EndpointSliceObject>(), new CacheMemory<AutoscalerObject>());

    private WorkloadSnapshot Read() => Caches.Read(_run.Cluster.Target, null);

    private void AssertStays(WorkloadPlan plan, WorkloadSnapshot seen)
    {
        HoldPlanner.DropHolders(new WorkloadView(seen, _run.State), plan);
        Assert.Empty(plan.Actions);
    }

    private ReplicaSetObject Canary(string name) => new()
    {
        Meta = _run.Cluster.NewMeta(name) with
        {
            Labels = new Dictionary<string, string> { [Marks.RolloutLabel] = "checkout" },
            Owners = [HoldPlanner.Owner(_run.Cluster.Holders["checkout-c7"])],
        },
        Hash = "c7",
        Template = ClusterModel.Template(7),
        Replicas = 2,
        AvailableReplicas = 2,
    };
}
