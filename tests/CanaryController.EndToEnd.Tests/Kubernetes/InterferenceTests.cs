using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes;

/// <summary>Others write the same objects: people, pipelines and GitOps tools.</summary>
public sealed class InterferenceTests(Cluster cluster)
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const string Slow = """[{"weight": 25, "hold": "2s"}, {"weight": 50, "hold": "2s"}, {"weight": 100, "hold": "1s"}]""";

    [Theory]
    [InlineData("Abort")]
    [InlineData("Approve")]
    public Task A_command_for_a_rollout_that_does_not_exist_is_refused(string action) => cluster.RunAsync(new ShopOptions(), async shop =>
    {
        var name = $"{shop.Name}-nobody";
        var body = new JsonObject
        {
            ["apiVersion"] = KubeKind.RolloutCommand.ApiVersion,
            ["kind"] = KubeKind.RolloutCommand.Kind,
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["rollout"] = "nobody", ["action"] = action },
        };
        (await shop.Client.CreateAsync(KubeKind.RolloutCommand, shop.Namespace, body, shop.Cancellation)).Done();
        var answer = new JsonObject();
        for (var tried = 0; answer.Text("status", "phase") is not "Refused"; tried++)
        {
            Assert.True(tried < 200, $"not answered: {answer}");
            await shop.AfterAsync(TimeSpan.FromMilliseconds(100));
            answer = (await shop.Client.GetAsync(KubeKind.RolloutCommand, shop.Namespace, name, shop.Cancellation)).Done();
        }

        Assert.NotEqual("", answer.Text("status", "message") ?? "");
    });

    [Theory]
    [InlineData("client-side")]
    [InlineData("server-side")]
    [InlineData("server-side, forced")]
    public Task Manifests_applied_each_second_do_not_disturb_a_rollout(string how) => cluster.RunAsync(new ShopOptions { Steps = Slow }, async shop =>
    {
        await shop.ReleaseAsync("v2");
        for (var turn = 0; shop.Phase is not "Promoted"; turn++)
        {
            await ApplyAsync(shop, KubeKind.Deployment, shop.Manifests.Deployment("v2", 4), how);
            await ApplyAsync(shop, KubeKind.Service, shop.Manifests.Service(), how);
            await ApplyAsync(shop, KubeKind.Rollout, shop.Manifests.Rollout(), how);
            await shop.AfterAsync(TimeSpan.FromSeconds(1));
            Assert.True(turn < 90, "it is not promoted");
        }

        await shop.PromotedAsync("v2");
    });

    [Theory]
    [InlineData("client-side")]
    [InlineData("server-side, forced")]
    public Task A_route_that_somebody_else_writes_each_second_sends_nothing_to_the_wrong_version(string how) => cluster.RunAsync(new ShopOptions { Steps = ShopOptions.Held(50) }, async shop =>
    {
        shop.Disturbances.RouteIsContended = true;
        await shop.ReleaseAsync("v2");
        await shop.UntilStepAsync(1, "v2", 50);
        for (var turn = 0; shop.Rollout.Condition("RouteContended") is not "True"; turn++)
        {
            await ApplyAsync(shop, KubeKind.HttpRoute, shop.Manifests.Route(), how);
            await shop.AfterAsync(TimeSpan.FromSeconds(1));
            Assert.True(turn < 60, "nobody is told that the route is contended");
        }

        await shop.CommandAsync("Abort");
        await shop.AbortedAsync("v1", "v2");
    });

    [Theory]
    [InlineData("""{"type": "RollingUpdate"}""")]
    [InlineData("""{"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "100%", "maxUnavailable": 0}}""")]
    public Task A_Deployment_that_somebody_resumes_in_the_middle_is_captured_again(string strategy) => cluster.RunAsync(
        new ShopOptions { Strategy = strategy, Steps = ShopOptions.Held(25, 100) },
        async shop =>
        {
            await shop.ReleaseAsync("v2");
            await shop.UntilStepAsync(1, "v2", 25);
            shop.Disturbances.IsCaptured = true;
            var resumed = (await shop.Client.MergeAsync(KubeKind.Deployment, shop.Namespace, shop.Name, JsonNode.Parse("""{"spec": {"paused": false}}""")!, shop.Cancellation)).Done();
            await shop.UntilAsync("it is seen resumed", () => shop.Deployment!.Version() >= resumed.Version());
            await shop.UntilAsync("it is held again, and stable whole", () => IsCaptured(shop) && shop.Phase is "Progressing");
            await shop.CalmAsync();
            await shop.CommandAsync("Promote");
            await shop.PromotedAsync("v2");
        });

    [Fact]
    public Task A_revision_that_starts_unheld_is_captured_and_goes_on_as_a_canary() => cluster.RunAsync(new ShopOptions { Steps = ShopOptions.Held(25) }, async shop =>
    {
        shop.Disturbances.IsCaptured = true;
        var patch = new JsonObject { ["spec"] = new JsonObject { ["paused"] = false, ["template"] = shop.Manifests.Template("v2") } };
        (await shop.Client.MergeAsync(KubeKind.Deployment, shop.Namespace, shop.Name, patch, shop.Cancellation)).Done();
        await shop.UntilStepAsync(1, "v2", 25);
        await shop.UntilAsync("it is held, and stable whole", () => IsCaptured(shop));
        await shop.CalmAsync();
        await shop.CommandAsync("Abort");
        await shop.AbortedAsync("v1", "v2");
    });

    /// <summary>The Deployment's controller has seen the pause, what it began was taken from it, and it has healed stable.</summary>
    private static bool IsCaptured(Shop shop) =>
        shop.IsHeld
        && shop.Deployment.Int("status", "observedGeneration") == shop.Deployment.Int("metadata", "generation")
        && shop.ReplicaSets.All(set => set.Text("spec", "template", "metadata", "labels", "release") == "v1" || !set.Items("metadata", "ownerReferences").Any(owner => owner.Text("kind") == "Deployment"))
        && shop.ReplicaSet("v1").Int("spec", "replicas") == 4
        && shop.Serving("v1").Count == 4;

    private static async Task ApplyAsync(Shop shop, KubeKind kind, JsonObject manifest, string how)
    {
        if (how != "client-side")
        {
            var answer = await shop.Client.ApplyAsync(kind, shop.Namespace, manifest, how.EndsWith("forced", StringComparison.Ordinal), shop.Cancellation);

            // Unforced, a field that somebody else set is refused: then the user's tool says so, and nothing changes.
            Assert.True(answer.IsDone || (int)answer.Status == 409, $"{answer.Request}: {answer.Status} {answer.Body.Text("message")}");
            return;
        }

        // As kubectl apply does without a live object to compare with: all that the manifest says, and itself as an annotation.
        var patch = (JsonObject)manifest.DeepClone();
        patch["metadata"]!["annotations"] = new JsonObject { [LastApplied] = manifest.ToJsonString() };
        patch.Remove("apiVersion");
        patch.Remove("kind");
        (kind == KubeKind.Deployment || kind == KubeKind.Service
            ? await shop.Client.StrategicAsync(kind, shop.Namespace, shop.Name, patch, shop.Cancellation)
            : await shop.Client.MergeAsync(kind, shop.Namespace, shop.Name, patch, shop.Cancellation)).Done();
    }
}
