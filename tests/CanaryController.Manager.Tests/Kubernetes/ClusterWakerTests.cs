using System.Text.Json;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Tests.Traffic.Cluster;

namespace CanaryController.Manager.Tests.Kubernetes;

/// <summary>What wakes a rollout.</summary>
public sealed class ClusterWakerTests : IRolloutWaker
{
    private readonly List<Resources.RolloutKey> _woken = [];

    [Theory]
    [InlineData("""{"tier": "front"}""", 1)]
    [InlineData("""{"tier": "back", "team": "web"}""", 0)]
    public void Other_labels_wake_a_rollout_because_other_freezes_mean_it(string labels, int wakes)
    {
        new ClusterWaker(new CacheMemory<RolloutObject>(), this).Rollout(Rollout("""{"tier": "back", "team": "web"}""", "1"), Rollout(labels, "2"));
        Assert.Equal(wakes, _woken.Count);
    }

    void IRolloutWaker.Wake(Resources.RolloutKey key, QueueLane lane) => _woken.Add(key);

    private static RolloutObject Rollout(string labels, string version)
    {
        using var document = JsonDocument.Parse($$"""
            {
              "apiVersion": "canarycontroller.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "shop", "namespace": "shop", "uid": "1", "generation": 1, "resourceVersion": "{{version}}", "labels": {{labels}} },
              "spec": {
                "workload": {"kind": "Deployment", "name": "shop"}, "service": {"name": "shop"}, "traffic": {"router": "GatewayAPI", "gatewayAPI": {"httpRoutes": [{"name": "shop"}]} },
                "strategy": {"steps": [{"weight": 5, "hold": "1m"}]}
              }
            }
            """);
        return RolloutObject.Project(document.RootElement.Clone());
    }
}
