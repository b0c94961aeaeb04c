using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes;

/// <summary>Others write the same objects, and the API server asks the controller about it: nothing begins unheld, nothing drifts.</summary>
public sealed class GuardTests(Cluster cluster)
{
    private const string Held = "canarycontroller.io/held";
    private const string Slow = """[{"weight": 25, "hold": "2s"}, {"weight": 50, "hold": "2s"}, {"weight": 100, "hold": "1s"}]""";

    private static readonly ShopOptions _guarded = new() { IsGuarded = true };

    [Theory]
    [InlineData("client-side")]
    [InlineData("server-side, forced")]
    [InlineData("replace")]
    public Task A_change_is_held_by_the_write_that_brings_it(string how) => cluster.RunAsync(_guarded, async shop =>
    {
        AssertHeld(shop, await WriteAsync(shop, KubeKind.Deployment, shop.Manifests.Deployment("v2", 4), how));
        await shop.PromotedAsync("v2");
        await UntilFreeAsync(shop);
        Assert.StartsWith($"{shop.Name}-cc-", shop.ReplicaSet("v2")!.Name(), StringComparison.Ordinal);

        if (how == "server-side, forced")
        {
            // What was applied once is applied again without force.
            AssertHeld(shop, await WriteAsync(shop, KubeKind.Deployment, shop.Manifests.Deployment("v3", 4), "server-side"));
            await shop.PromotedAsync("v3");
            await UntilFreeAsync(shop);
        }

        // As kubectl rollout undo does: the template of a ReplicaSet that the Deployment has.
        await shop.ReleaseAsync("v1");
        await shop.UntilAsync("the way back is held", () => IsMarked(shop));
        await shop.PromotedAsync("v1");
        await UntilFreeAsync(shop);
    });

    [Theory]
    [InlineData("resume")]
    [InlineData("replace")]
    public Task Nobody_else_resumes_what_is_held(string how) => cluster.RunAsync(_guarded with { Steps = ShopOptions.Held(25, 100) }, async shop =>
    {
        await shop.ReleaseAsync("v2");
        await shop.UntilStepAsync(1, "v2", 25);
        var resume = JsonNode.Parse("""{"spec": {"paused": null}}""")!;
        AssertHeld(shop, how == "replace"
            ? await WriteAsync(shop, KubeKind.Deployment, shop.Manifests.Deployment("v2", 4), how)
            : (await shop.Client.MergeAsync(KubeKind.Deployment, shop.Namespace, shop.Name, resume, shop.Cancellation)).Done());
        await shop.AfterAsync(TimeSpan.FromSeconds(1));
        Assert.Equal("Progressing", shop.Phase);
        await shop.CommandAsync("Abort");
        await shop.AbortedAsync("v1", "v2");
        Assert.True(IsMarked(shop));

        // Stable's template again: the rejected one is not asked for any more.
        AssertHeld(shop, await WriteAsync(shop, KubeKind.Deployment, shop.Manifests.Deployment("v1", 4), "replace"));
        await UntilFreeAsync(shop);
        Assert.Equal(4, shop.Serving("v1").Count);
    });

    [Fact]
    public Task Templates_that_follow_each_other_at_once_are_held_throughout() => cluster.RunAsync(_guarded, async shop =>
    {
        foreach (var release in (string[])["v2", "v1", "v3", "v1", "v4"])
        {
            AssertHeld(shop, await WriteAsync(shop, KubeKind.Deployment, shop.Manifests.Deployment(release, 4), "client-side"));
        }

        await shop.PromotedAsync("v4");
        await UntilFreeAsync(shop);
    });

    [Theory]
    [InlineData("client-side")]
    [InlineData("server-side, forced")]
    [InlineData("replace")]
    public Task Everything_applied_each_second_leaves_the_split_as_it_is(string how) => cluster.RunAsync(_guarded with { Steps = Slow }, async shop =>
    {
        await shop.ReleaseAsync("v2");
        for (var turn = 0; shop.Phase is not "Promoted"; turn++)
        {
            await WriteAsync(shop, KubeKind.Deployment, shop.Manifests.Deployment("v2", 4), how);
            Assert.NotNull((await WriteAsync(shop, KubeKind.Service, shop.Manifests.Service(), how)).Text("spec", "selector", "pod-template-hash"));
            var wasDivided = Backends(shop.Route!).Length == 2;
            var split = Backends(await WriteAsync(shop, KubeKind.HttpRoute, shop.Manifests.Route(), how));
            Assert.True(!wasDivided || split.Length == 2, string.Join(", ", split));
            Assert.Null(shop.Rollout.Condition("RouteContended"));
            Assert.Null(shop.Rollout.Condition("ApexOpen"));
            await shop.AfterAsync(TimeSpan.FromSeconds(1));
            Assert.True(turn < 90, "it is not promoted");
        }

        await shop.PromotedAsync("v2");
        await UntilFreeAsync(shop);
    });

    [Fact]
    public Task A_manifest_that_was_applied_changes_nothing_when_it_is_applied_again() => cluster.RunAsync(_guarded with { Steps = ShopOptions.Held(25) }, async shop =>
    {
        await shop.ReleaseAsync("v2");
        await shop.UntilStepAsync(1, "v2", 25);
        foreach (var (kind, manifest) in ((KubeKind, JsonObject)[])[(KubeKind.Service, shop.Manifests.Service()), (KubeKind.HttpRoute, shop.Manifests.Route())])
        {
            var first = await WriteAsync(shop, kind, manifest, "server-side, forced");
            var again = await WriteAsync(shop, kind, manifest, "server-side");
            Assert.True(JsonNode.DeepEquals(first["spec"], again["spec"]) && JsonNode.DeepEquals(first.At("metadata", "annotations"), again.At("metadata", "annotations")), $"{first}\n{again}");
        }

        await shop.CommandAsync("Abort");
        await shop.AbortedAsync("v1", "v2");
    });

    [Fact]
    public Task A_selector_that_is_applied_server_side_stays_the_appliers_through_a_promotion() => cluster.RunAsync(_guarded with { Steps = Slow }, async shop =>
    {
        await WriteAsync(shop, KubeKind.Service, shop.Manifests.Service(), "server-side, forced");
        var before = Pinned(await WriteAsync(shop, KubeKind.Service, shop.Manifests.Service(), "server-side"));
        Assert.Equal(shop.ReplicaSet("v1").Hash(), before);
        await shop.ReleaseAsync("v2");
        await shop.PromotedAsync("v2");
        await shop.UntilAsync("the selector is given back", () => shop.View.Find(KubeKind.Service, shop.Name).At("metadata", "annotations", "canarycontroller.io/selector-owners") is null);
        Assert.Equal(shop.ReplicaSet("v2").Hash(), Pinned(await WriteAsync(shop, KubeKind.Service, shop.Manifests.Service(), "server-side")));
        Assert.Null(shop.Rollout.Condition("ApexOpen"));
    });

    [Fact]
    public Task Where_nobody_answers_a_change_is_captured() => cluster.RunAsync(_guarded with { AreGuardsAway = true, Steps = ShopOptions.Held(25) }, async shop =>
    {
        shop.Disturbances.IsCaptured = true;
        await WriteAsync(shop, KubeKind.Deployment, shop.Manifests.Deployment("v2", 4), "client-side");
        await shop.UntilStepAsync(1, "v2", 25);
        await shop.UntilAsync("it is held, and stable whole", () => IsMarked(shop) && shop.ReplicaSet("v1").Int("spec", "replicas") == 4 && shop.Serving("v1").Count == 4);
        await shop.CalmAsync();
        await shop.CommandAsync("Abort");
        await shop.AbortedAsync("v1", "v2");
    });

    /// <summary>kubectl looks at the Deployment before our pause, and replaces template and all annotations after it, our mark among them.</summary>
    [Fact]
    public Task An_undo_that_overtakes_our_pause_leaves_nothing_paused() => cluster.RunAsync(_guarded with { AreGuardsAway = true, Steps = ShopOptions.Held(25) }, async shop =>
    {
        shop.Disturbances.IsCaptured = true;
        await WriteAsync(shop, KubeKind.Deployment, shop.Manifests.Deployment("v2", 4), "client-side");
        await shop.UntilAsync("it is held", () => IsMarked(shop));
        await UndoAsync(shop, "v1");
        await UntilFreeAsync(shop);
        await shop.UntilAsync("v1 is whole", () => shop.ReplicaSet("v1").Int("spec", "replicas") == 4 && shop.Serving("v1").Count == 4 && shop.Share("v1") > 99.99);
        await shop.CalmAsync();
    });

    [Fact]
    public Task A_mark_that_is_lost_while_a_canary_is_there_comes_back() => cluster.RunAsync(_guarded with { AreGuardsAway = true, Steps = Slow }, async shop =>
    {
        shop.Disturbances.IsCaptured = true;
        await WriteAsync(shop, KubeKind.Deployment, shop.Manifests.Deployment("v2", 4), "client-side");
        await shop.UntilStepAsync(1, "v2", 25);
        await UndoAsync(shop, "v2");
        await shop.UntilAsync("it is marked again", () => IsMarked(shop));
        await shop.PromotedAsync("v2");
        await UntilFreeAsync(shop);
    });

    [Fact]
    public Task What_its_user_paused_stays_paused() => cluster.RunAsync(_guarded with { AreGuardsAway = true, Steps = ShopOptions.Held(25) }, async shop =>
    {
        var paused = new JsonObject { ["spec"] = new JsonObject { ["paused"] = true, ["template"] = shop.Manifests.Template("v2") } };
        (await shop.Client.MergeAsync(KubeKind.Deployment, shop.Namespace, shop.Name, paused, shop.Cancellation)).Done();
        await shop.UntilStepAsync(1, "v2", 25);
        await shop.ReleaseAsync("v1");
        await shop.UntilAsync("the way back is over", () => shop.Phase is "Aborted" && shop.Share("v1") > 99.99 && !shop.Pods.Any(pod => pod.Label("release") == "v2"));
        (await shop.Client.DeleteAsync(KubeKind.Rollout, shop.Namespace, shop.Name, shop.Cancellation)).Done();
        await shop.UntilAsync("the Rollout is gone", () => shop.Rollout is null);
        Assert.True(shop.Deployment.Flag("spec", "paused"));
        Assert.Null(shop.Deployment.Text("metadata", "annotations", Held));
    });

    /// <summary>As <c>kubectl rollout undo</c> sends it: conditional on nothing.</summary>
    private static async Task UndoAsync(Shop shop, string release)
    {
        var patch = new JsonArray(
            new JsonObject { ["op"] = "replace", ["path"] = "/spec/template", ["value"] = shop.Manifests.Template(release) },
            new JsonObject { ["op"] = "replace", ["path"] = "/metadata/annotations", ["value"] = new JsonObject { ["deployment.kubernetes.io/revision"] = "1" } });
        (await shop.Client.JsonPatchAsync(KubeKind.Deployment, shop.Namespace, shop.Name, patch, shop.Cancellation)).Done();
    }

    private static Task UntilFreeAsync(Shop shop) => shop.UntilAsync(
        "the Deployment is its own controller's again", () => !shop.Deployment.Flag("spec", "paused") && shop.Deployment.Text("metadata", "annotations", Held) is null);

    private static bool IsMarked(Shop shop) => shop.Deployment.Flag("spec", "paused") && shop.Deployment.Text("metadata", "annotations", Held) == shop.Name;

    private static void AssertHeld(Shop shop, JsonObject stored)
    {
        Assert.True(stored.Flag("spec", "paused"), stored.ToJsonString());
        Assert.Equal(shop.Name, stored.Text("metadata", "annotations", Held));
    }

    private static string? Pinned(JsonObject service) => service.Text("spec", "selector", "pod-template-hash");

    private static string[] Backends(JsonObject route) => [.. route.Items("spec", "rules").First().Items("backendRefs").Select(each => $"{each.Text("name")} {each.Int("weight")}")];

    private static async Task<JsonObject> WriteAsync(Shop shop, KubeKind kind, JsonObject manifest, string how) => how switch
    {
        "client-side" => await MergeAsync(shop, kind, manifest),
        "replace" => await ReplaceAsync(shop, kind, manifest),
        _ => (await shop.Client.ApplyAsync(kind, shop.Namespace, manifest, how.EndsWith("forced", StringComparison.Ordinal), shop.Cancellation)).Done(),
    };

    /// <summary>As kubectl apply does without a live object to compare with: all that the manifest says, and itself as an annotation.</summary>
    private static async Task<JsonObject> MergeAsync(Shop shop, KubeKind kind, JsonObject manifest)
    {
        var patch = (JsonObject)manifest.DeepClone();
        patch["metadata"]!["annotations"] = new JsonObject { ["kubectl.kubernetes.io/last-applied-configuration"] = manifest.ToJsonString() };
        patch.Remove("apiVersion");
        patch.Remove("kind");
        return (kind == KubeKind.HttpRoute
            ? await shop.Client.MergeAsync(kind, shop.Namespace, shop.Name, patch, shop.Cancellation)
            : await shop.Client.StrategicAsync(kind, shop.Namespace, shop.Name, patch, shop.Cancellation)).Done();
    }

    /// <summary>A replace of a custom resource has to name its version, and one of a Service its address; kubectl takes both from the live object, and people try again when somebody was quicker.</summary>
    private static async Task<JsonObject> ReplaceAsync(Shop shop, KubeKind kind, JsonObject manifest)
    {
        const int MostTries = 10;
        for (var tries = 1; ; tries++)
        {
            var body = (JsonObject)manifest.DeepClone();
            if (kind != KubeKind.Deployment)
            {
                var live = (await shop.Client.GetAsync(kind, shop.Namespace, shop.Name, shop.Cancellation)).Done();
                body["metadata"]!["resourceVersion"] = live.Text("metadata", "resourceVersion");
                if (live.At("spec", "clusterIP")?.DeepClone() is { } address)
                {
                    body["spec"]!["clusterIP"] = address;
                }
            }

            var answer = await shop.Client.ReplaceAsync(kind, shop.Namespace, body, shop.Cancellation);
            if (answer.IsDone || (int)answer.Status != 409 || tries == MostTries)
            {
                return answer.Done();
            }
        }
    }
}
