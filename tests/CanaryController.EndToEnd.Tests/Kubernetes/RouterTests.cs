using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes;

/// <summary>Clusters without a mesh, and versions that somebody else runs.</summary>
public sealed class RouterTests(Cluster cluster)
{
    [Fact]
    public Task Without_a_mesh_the_canarys_share_of_the_pods_is_its_share_of_the_traffic_and_it_is_promoted() => cluster.RunAsync(
        new ShopOptions { Router = "ReplicaRatio", Steps = """[{"weight": 20, "hold": "1s"}, {"weight": 50, "hold": "1h"}]""" },
        async shop =>
        {
            await shop.ReleaseAsync("v2");
            await shop.UntilAsync("one pod of 5", () => shop.Step == 1 && shop.Serving("v2").Count == 1);
            await shop.UntilAsync("half of stable's size, which is a third of the pods, and it says so", () => shop.Step == 2 && shop.Serving("v2").Count == 2 && shop.Rollout.Condition("ReplicaRatio") == "True");
            var pods = shop.Serving("v2");
            Assert.Equal(4, shop.Serving("v1").Count);
            await shop.CommandAsync("Promote");
            await shop.PromotedAsync("v2");

            Assert.Subset(shop.Serving("v2").ToHashSet(StringComparer.Ordinal), pods.ToHashSet(StringComparer.Ordinal));
        });

    [Fact]
    public Task Without_a_mesh_an_abort_takes_the_canarys_pods_away() => cluster.RunAsync(
        new ShopOptions { Router = "ReplicaRatio", Steps = ShopOptions.Held(50) },
        async shop =>
        {
            var stable = shop.Serving("v1");
            await shop.ReleaseAsync("v2");
            await shop.UntilAsync("half of stable's size", () => shop.Phase is "Progressing" && shop.Serving("v2").Count == 2);
            await shop.CommandAsync("Abort");
            await shop.UntilAsync("v2 has no pods", () => shop.Phase is "Aborted" && !shop.Pods.Any(pod => pod.Label("release") == "v2"));

            Assert.Equal(stable.Order(), shop.Serving("v1").Order());
        });

    [Fact]
    public Task Two_Services_that_somebody_else_runs_change_roles_at_each_promotion() => cluster.RunAsync(
        new ShopOptions { IsExternal = true, Steps = """[{"weight": 50, "hold": "1s"}]""" },
        async shop =>
        {
            await NameCanaryAsync(shop, "v1", "v2");
            await shop.UntilAsync("v2 has all traffic", () => shop.Phase is "Promoted" && Weight(shop, "v2") == 100);
            await NameCanaryAsync(shop, "v2", "v1");
            await shop.UntilAsync("v1 has all traffic", () => shop.Phase is "Promoted" && Weight(shop, "v1") == 100 && shop.Rollout.Text("status", "stableRevision") == $"{shop.Name}-v1");
            Assert.Equal(2, shop.Route.Items("spec", "rules").First().Items("backendRefs").Count());
        });

    private static double Weight(Shop shop, string release)
    {
        var backends = shop.Route.Items("spec", "rules").First().Items("backendRefs").Select(each => (Name: each.Text("name"), Weight: each.Int("weight") ?? 1)).ToList();
        return 100.0 * backends.Where(each => each.Name == $"{shop.Name}-{release}").Sum(each => each.Weight) / backends.Sum(each => each.Weight);
    }

    private static async Task NameCanaryAsync(Shop shop, string stable, string canary)
    {
        var versions = new JsonObject { ["stable"] = $"{shop.Name}-{stable}", ["canary"] = $"{shop.Name}-{canary}" };
        var patch = new JsonObject { ["spec"] = new JsonObject { ["workload"] = new JsonObject { ["versions"] = versions } } };
        (await shop.Client.MergeAsync(KubeKind.Rollout, shop.Namespace, shop.Name, patch, shop.Cancellation)).Done();
    }
}
