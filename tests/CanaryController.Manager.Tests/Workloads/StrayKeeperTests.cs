using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Tests.Kubernetes.Client;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Workloads;
using CanaryController.Resources.Rollouts;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>What a webhook whose caches are behind paused or pinned after its rollout had left.</summary>
public sealed class StrayKeeperTests : IClusterEvents, IDisposable
{
    private readonly KubeMemory _kube = new();
    private readonly CacheMemory<RolloutObject> _rollouts = new();
    private readonly CacheMemory<HolderObject> _holders = new();
    private readonly CacheMemory<ReplicaSetObject> _sets = new();
    private readonly StrayKeeper _keeper;

    public StrayKeeperTests()
    {
        var deployments = _kube.Cache(ObjectKind.Deployment, DeploymentObject.Project);
        var services = _kube.Cache(ObjectKind.Service, ServiceObject.Project);
        var caches = new WorkloadCaches(deployments, _sets, _holders, services, new CacheMemory<EndpointSliceObject>(), new CacheMemory<AutoscalerObject>());
        var executor = new WorkloadExecutor(_kube, caches, _rollouts, this);
        _keeper = new(new(_rollouts, deployments, _sets, _holders, services), executor, new SoleLeadership(), new FakeTimeProvider(), new RecordingLog().For<StrayKeeper>());
        _kube.Put(ObjectKind.Deployment, JsonNode.Parse("""
            {
              "apiVersion": "apps/v1", "kind": "Deployment",
              "metadata": {"name": "checkout", "namespace": "shop", "annotations": {"canarycontroller.io/held": "checkout", "a": "b"}},
              "spec": {"paused": true, "template": {"spec": {"containers": [{"image": "shop:2"}]}}}
            }
            """)!.AsObject());
        _kube.Put(ObjectKind.Service, JsonNode.Parse("""
            {
              "apiVersion": "v1", "kind": "Service",
              "metadata": {"name": "checkout", "namespace": "shop", "annotations": {"canarycontroller.io/pinned": "checkout"},
                "managedFields": [{"manager": "argocd", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {"f:spec": {"f:selector": {} } } }]},
              "spec": {"selector": {"app": "checkout", "pod-template-hash": "h1"}}
            }
            """)!.AsObject());
    }

    private JsonObject Deployment => _kube.Find(ObjectKind.Deployment, "checkout");

    private JsonObject Service => _kube.Find(ObjectKind.Service, "checkout");

    [Theory]
    [InlineData("it is gone")]
    [InlineData("it was released")]
    [InlineData("one of its name leads another Deployment")]
    public async Task A_Deployment_that_was_paused_after_leaving_goes_on_and_a_Service_that_was_pinned_chooses_all_pods(string why)
    {
        switch (why)
        {
            case "it was released":
                See(isReleased: true);
                break;
            case "one of its name leads another Deployment":
                See(leads: "cart");
                Hold("checkout-stable");
                SeeSet("cart-h7");
                SeeSet("cart-cc-h8");
                break;
        }

        await _keeper.LookAsync(TestContext.Current.CancellationToken);
        Assert.Empty(_kube.Patches);
        await _keeper.LookAsync(TestContext.Current.CancellationToken);
        Assert.False((bool)Deployment["spec"]!["paused"]!);
        Assert.Equal(["a"], Deployment["metadata"]!["annotations"]!.AsObject().Select(each => each.Key));
        Assert.Equal(["app"], Service["spec"]!["selector"]!.AsObject().Select(each => each.Key));
        Assert.Empty(Service["metadata"]!["annotations"]!.AsObject());
        var count = _kube.Patches.Count;
        await _keeper.LookAsync(TestContext.Current.CancellationToken);
        await _keeper.LookAsync(TestContext.Current.CancellationToken);
        Assert.Equal(count, _kube.Patches.Count);
    }

    [Theory]
    [InlineData("it is there")]
    [InlineData("another one leads it")]
    [InlineData("its holder is there, so it was taken away by force")]
    [InlineData("its canary is there, although one of its name leads another Deployment")]
    [InlineData("not everything was read")]
    public async Task What_a_rollout_answers_for_or_may_answer_for_is_left_alone(string why)
    {
        switch (why)
        {
            case "it is there":
                See();
                break;
            case "another one leads it":
                See("other");
                break;
            case "not everything was read":
                _rollouts.IsSynced = false;
                break;
            case "its holder is there, so it was taken away by force":
                Hold("checkout-stable");
                break;
            case "its canary is there, although one of its name leads another Deployment":
                See(leads: "cart");
                SeeSet("checkout-cc-h2");
                break;
        }

        await _keeper.LookAsync(TestContext.Current.CancellationToken);
        await _keeper.LookAsync(TestContext.Current.CancellationToken);
        Assert.Empty(_kube.Patches);
    }

    [Fact]
    public async Task A_user_who_pauses_or_pins_without_our_mark_is_left_alone()
    {
        foreach (var kind in new[] { ObjectKind.Deployment, ObjectKind.Service })
        {
            _kube.Change(kind, "checkout", body => body["metadata"]!.AsObject().Remove("annotations"));
        }

        await _keeper.LookAsync(TestContext.Current.CancellationToken);
        await _keeper.LookAsync(TestContext.Current.CancellationToken);
        Assert.Empty(_kube.Patches);
    }

    [Fact]
    public async Task One_object_that_cannot_be_mended_keeps_no_other_from_it_and_is_tried_again()
    {
        var refused = new KubeAnswer(KubeOutcome.Forbidden, null, "no");
        _kube.Refuse = _ => Deployment["spec"]!["paused"]!.GetValue<bool>() && _kube.Patches.Count == 1 ? refused : null;
        await _keeper.LookAsync(TestContext.Current.CancellationToken);
        await _keeper.LookAsync(TestContext.Current.CancellationToken);
        Assert.True((bool)Deployment["spec"]!["paused"]!);
        Assert.Equal(["app"], Service["spec"]!["selector"]!.AsObject().Select(each => each.Key));
        await _keeper.LookAsync(TestContext.Current.CancellationToken);
        Assert.False((bool)Deployment["spec"]!["paused"]!);
    }

    public void Dispose() => _keeper.Dispose();

    void IClusterEvents.Report(RolloutObject rollout, ClusterEvent happened)
    {
    }

    private void Hold(string holder) =>
        _holders.Put(new() { Meta = new ObjectMeta { Name = new("shop", holder), Uid = "h", ResourceVersion = "1" }.Of("checkout") });

    private void SeeSet(string name) => _sets.Put(new()
    {
        Meta = new ObjectMeta { Name = new("shop", name), Uid = name, ResourceVersion = "1", Owners = [new("apps/v1", "ControllerRevision", "checkout-parked", "h", isController: true)] }.Of("checkout"),
        Hash = name[^2..],
    });

    private void See(string name = "checkout", bool isReleased = false, string leads = "checkout")
    {
        var rollout = new JsonObject
        {
            ["apiVersion"] = Rollout.ApiVersionText,
            ["kind"] = Rollout.KindText,
            ["metadata"] = new JsonObject
            {
                ["namespace"] = "shop",
                ["name"] = name,
                ["uid"] = name,
                ["resourceVersion"] = "7",
                ["creationTimestamp"] = "2026-01-01T00:00:00Z",
                ["annotations"] = isReleased ? new JsonObject { [Rollout.ReleaseAnnotation] = "true" } : [],
            },
            ["spec"] = JsonNode.Parse($$"""
                {
                  "workload": {"kind": "Deployment", "name": "{{leads}}"}, "service": {"name": "{{leads}}", "port": 80},
                  "traffic": {"router": "ReplicaRatio"}, "strategy": {"steps": [{"weight": 50, "hold": "1m"}]}
                }
                """),
        }.Project(RolloutObject.Project);
        Assert.Empty(rollout.Problems);
        _rollouts.Put(rollout);
    }
}
