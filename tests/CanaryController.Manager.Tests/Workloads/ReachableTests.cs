using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Workloads;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>Which of the canary's pods count: those that requests reach.</summary>
public sealed class ReachableTests
{
    private const string Canary = "checkout-cc-h2";

    private readonly ClusterModel _model;

    public ReachableTests()
    {
        _model = ClusterModel.With(4);
        _model.Sets[Canary] = Set(Canary, "h2", replicas: 3, available: 3);
        _model.Services["checkout-canary"] = Pinned("checkout-canary", "h2");
        _model.Services["checkout-stable"] = Pinned("checkout-stable", "h1");
    }

    [Fact]
    public void Without_a_canary_there_are_none()
    {
        _model.Sets.Remove(Canary);
        Assert.Equal(0, Reachable());
    }

    [Theory]
    [InlineData("h1")]
    [InlineData(null)]
    public void As_long_as_its_Service_leads_elsewhere_there_are_none(string? hash)
    {
        if (hash is null)
        {
            _model.Services.Remove("checkout-canary");
        }
        else
        {
            _model.Services["checkout-canary"] = Pinned("checkout-canary", hash);
        }

        Assert.Equal(0, Reachable());
    }

    [Theory]
    [InlineData(3, 3, 3)]
    [InlineData(3, 2, 2)]
    [InlineData(1, 3, 1)]
    [InlineData(0, 3, 0)]
    public void Where_nothing_publishes_endpoints_those_count_that_are_available_and_stay(int replicas, int available, int reachable)
    {
        _model.Sets[Canary] = Set(Canary, "h2", replicas, available);
        Assert.Equal(reachable, Reachable());
        _model.Slices.Add(Slice("checkout", Ready("checkout-h1-aaaaa")));
        Assert.Equal(reachable, Reachable());
    }

    [Fact]
    public void Where_something_does_they_have_to_stand_there_ready_and_once()
    {
        _model.Slices.Add(Slice("checkout-stable", Ready("checkout-h1-aaaaa")));
        Assert.Equal(0, Reachable());
        _model.Slices.Add(Slice("checkout-canary", Ready($"{Canary}-aaaaa"), new(false, $"{Canary}-bbbbb"), new(true, null), Ready("checkout-h1-aaaaa")));
        Assert.Equal(1, Reachable());

        // The other family's slice names the same pods again.
        _model.Slices.Add(Slice("checkout-canary", Ready($"{Canary}-aaaaa"), Ready($"{Canary}-ccccc")));
        Assert.Equal(2, Reachable());
    }

    [Fact]
    public void Endpoints_that_are_behind_raise_nothing_above_what_is_available()
    {
        _model.Sets[Canary] = Set(Canary, "h2", replicas: 1, available: 3);
        _model.Slices.Add(Slice("checkout-canary", Ready($"{Canary}-aaaaa"), Ready($"{Canary}-bbbbb"), Ready($"{Canary}-ccccc")));
        Assert.Equal(1, Reachable());
    }

    [Fact]
    public void Where_pods_are_the_weight_neither_Service_nor_endpoints_matter()
    {
        _model.Services.Remove("checkout-canary");
        var byPodCount = new WorkloadTarget(_model.Target.Rollout, "checkout", "checkout", IsByPodCount: true);
        Assert.Equal(3, ServicePlanner.Reachable(View(_model.Snapshot() with { Target = byPodCount })));
    }

    private int Reachable() => ServicePlanner.Reachable(View(_model.Snapshot()));

    private static WorkloadView View(WorkloadSnapshot seen) => new(seen, new RolloutState { Phase = RolloutPhase.Progressing, StableRevision = "h1", CanaryRevision = "h2", Attempt = 1 });

    private static SliceEndpoint Ready(string pod) => new(true, pod);

    private EndpointSliceObject Slice(string service, params SliceEndpoint[] endpoints) => new() { Meta = _model.NewMeta($"{service}-{_model.Slices.Count}"), Service = service, Endpoints = [.. endpoints] };

    private ServiceObject Pinned(string name, string hash) => new() { Meta = _model.NewMeta(name), Selector = new Dictionary<string, string> { [ClusterModel.Hash] = hash } };

    private ReplicaSetObject Set(string name, string hash, int replicas, int available) => new()
    {
        Meta = _model.NewMeta(name), Hash = hash, Template = ClusterModel.Template(2), Replicas = replicas, AvailableReplicas = available,
    };
}
