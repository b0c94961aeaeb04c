using CanaryController.EndToEnd.Tests.Kubernetes.Api;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Shops;

/// <summary>How a rollout may end, in all that people and tools can see of it.</summary>
internal static class Outcomes
{
    private const string RevisionAnnotation = "deployment.kubernetes.io/revision";

    /// <summary>
    /// The release is stable: all requests go to it, its ReplicaSet is the Deployment's and has the Deployment's size, every other one is at 0, and <c>kubectl rollout status</c> would say that it is rolled
    /// out.
    /// </summary>
    public static async Task PromotedAsync(this Shop shop, string release, TimeSpan? deadline = null)
    {
        await shop.UntilAsync(
            $"{release} is promoted",
            () => shop.Phase is "Promoted" && IsCurrent(shop, release) && shop.Rollout.Text("status", "stableRevision") == shop.ReplicaSet(release).Hash() && IsRolledOut(shop, release) && (shop.Options.Form is null || IsWhole(shop, release)),
            deadline);
        var mine = shop.ReplicaSet(release)!;
        Assert.Equal("Deployment", mine.Controller().Text("kind"));
        Assert.All(shop.ReplicaSets.Where(other => other.Uid() != mine.Uid()), other => Assert.Equal(0, other.Int("spec", "replicas")));
    }

    /// <summary>The release was rejected: all requests go to stable, and none of the rejected one's pods is left.</summary>
    public static Task AbortedAsync(this Shop shop, string stable, string rejected, TimeSpan? deadline = null) => shop.UntilAsync(
        $"{rejected} is rejected and {stable} has all traffic",
        () => shop.Phase is "Aborted" && IsWhole(shop, stable) && (shop.ReplicaSet(rejected)?.Int("spec", "replicas") ?? 0) == 0
            && !shop.Pods.Any(pod => pod.Label("release") == rejected) && shop.ReplicaSet(stable)?.Int("spec", "replicas") == shop.Deployment.Int("spec", "replicas"),
        deadline);

    /// <summary>Nothing is left of the controller: the Deployment is as anybody else's, with one release. The Rollout is gone, or says that it was released.</summary>
    public static async Task LeftAsync(this Shop shop, string release, bool isReleased = false)
    {
        await shop.UntilAsync(
            "the Rollout is gone, or not led any more, and everything was given back",
            () => (isReleased ? IsReleased(shop) : shop.Rollout is null) && !shop.Deployment.Flag("spec", "paused") && IsRolledOut(shop, release)
                && shop.ReplicaSets.All(each => each.Controller().Text("kind") == "Deployment")
                && shop.View.Find(KubeKind.Service, $"{shop.Name}-stable") is null && shop.View.Find(KubeKind.Service, $"{shop.Name}-canary") is null
                && shop.View.Find(KubeKind.Service, shop.Name).At("spec", "selector", "pod-template-hash") is null
                && shop.Backends.First().Single().Service == shop.Name);
        var revisions = await shop.Client.ListAsync(KubeKind.ControllerRevision, shop.Namespace, shop.Cancellation);
        Assert.DoesNotContain(revisions.Items("items"), each => each.Name().StartsWith($"{shop.Name}-", StringComparison.Ordinal));
        Assert.Equal(release, shop.Deployment.Text("spec", "template", "metadata", "labels", "release"));
    }

    private static bool IsReleased(Shop shop) =>
        !shop.Rollout.Items("metadata", "finalizers").Any() && shop.Rollout.Items("status", "conditions").Any(each => each.Text("type") == "Ready" && each.Text("reason") == "Released");

    // What kubectl rollout history calls the present revision.
    private static bool IsCurrent(Shop shop, string release) =>
        shop.Deployment.Text("metadata", "annotations", RevisionAnnotation) == shop.ReplicaSet(release).Text("metadata", "annotations", RevisionAnnotation);

    // What kubectl rollout status looks at.
    private static bool IsRolledOut(Shop shop, string release)
    {
        var replicas = shop.Deployment.Int("spec", "replicas") ?? 0;
        return (shop.Deployment.Int("status", "observedGeneration") ?? 0) >= (shop.Deployment.Int("metadata", "generation") ?? 0)
            && (shop.Deployment.Int("status", "updatedReplicas") ?? 0) == replicas
            && (shop.Deployment.Int("status", "replicas") ?? 0) == replicas
            && (shop.Deployment.Int("status", "availableReplicas") ?? 0) == replicas
            && shop.ReplicaSet(release)?.Int("spec", "replicas") == replicas
            && shop.Serving(release).Count == replicas;
    }

    private static bool IsWhole(Shop shop, string release) => Math.Abs(shop.Share(release) - 100) < 0.01 || shop.Deployment.Int("spec", "replicas") == 0;
}
