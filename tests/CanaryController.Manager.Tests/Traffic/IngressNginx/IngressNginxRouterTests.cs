using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.IngressNginx;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Tests.Traffic.IngressNginx;

public sealed class IngressNginxRouterTests
{
    [Fact]
    public async Task A_canary_Ingress_is_created_once_and_each_change_is_one_patch()
    {
        var rig = IngressRig.Ready();
        Assert.Equal(TrafficSplit.AllTo("v1"), (await rig.ReadAsync()).Route.Applied);

        Assert.Equal(IngressRig.Split(0), (await rig.ApplyAsync(0)).Route.Applied);
        var applied = await rig.ApplyAsync(5);
        await rig.ApplyAsync(5);

        Assert.Equal((IngressRig.Split(5), true, null), (applied.Route.Applied, applied.Route.Accepted, applied.Route.Problem));
        Assert.Equal(("5", 1, 1), (rig.Weight(), rig.Kube.Creates, rig.Kube.Patches.Count));
        Assert.Equal(IngressRig.Split(0.25m), (await rig.ApplyAsync(0.25m)).Route.Applied);
        Assert.Equal("25/10000", rig.Weight());
        Assert.Equal(IngressRig.Split(100), (await rig.ApplyAsync(100)).Route.Applied);
        Assert.Equal("100", rig.Weight());
    }

    [Fact]
    public async Task The_users_Ingress_is_never_written()
    {
        var rig = IngressRig.Ready();
        var before = rig.Kube.Find(ObjectKind.Ingress, "web").DeepClone();
        foreach (var percent in (decimal[])[0, 5, 100, 0])
        {
            await rig.ApplyAsync(percent);
        }

        await rig.Router.RestoreAsync(rig.Target, "v1", CancellationToken.None);
        Assert.True(JsonNode.DeepEquals(before, rig.Kube.Find(ObjectKind.Ingress, "web")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_abort_is_written_also_when_the_users_Ingress_is_gone_or_leads_elsewhere(bool isGone)
    {
        var rig = IngressRig.Ready();
        await rig.ApplyAsync(0);
        var split = IngressRig.Split(50) with { Matches = [new(RequestMatchKind.Header, "x-canary", "always")] };
        await rig.Router.ApplyAsync(rig.Target, split, await rig.ReadAsync(), CancellationToken.None);
        if (isGone)
        {
            rig.Ingresses.Remove(new("shop", "web"), "");
        }
        else
        {
            rig.Kube.Change(ObjectKind.Ingress, "web", ingress => ingress["spec"]!["rules"]![0]!["http"]!["paths"]![0]!["backend"]!["service"]!["name"] = "other");
        }

        await rig.ApplyAsync(0);

        Assert.Equal("0", rig.Weight());
        Assert.DoesNotContain("canary-by-header", rig.Ours().ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(3, rig.Kube.Patches.Count + rig.Kube.Creates);
        await rig.ApplyAsync(0);
        Assert.Equal(3, rig.Kube.Patches.Count + rig.Kube.Creates);
    }

    [Fact]
    public async Task After_a_promotion_the_next_canary_begins_at_nothing()
    {
        var rig = IngressRig.Ready();
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(100);
        rig.Pin(stable: "v2", canary: "v2");
        Assert.Equal(TrafficSplit.AllTo("v2"), (await rig.ReadAsync("v2", "v2")).Route.Applied);
        Assert.Equal(TrafficSplit.AllTo("v2"), (await rig.ReadAsync("v2", "v3")).Route.Applied);

        Assert.Equal(IngressRig.Split(0, "v2", "v3"), (await rig.ApplyAsync(0, "v2", "v3")).Route.Applied);
        Assert.Equal("0", rig.Weight());
    }

    [Fact]
    public async Task While_a_canary_is_handed_over_both_Services_are_its()
    {
        var rig = IngressRig.Ready();
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(100);
        rig.Pin(stable: "v2", canary: "v2");
        Assert.Equal(IngressRig.Split(100), (await rig.ReadAsync("v1", "v2")).Route.Applied);
    }

    [Theory]
    [InlineData("no such Ingress", "Ingress shop/web does not exist.")]
    [InlineData("no Service yet", "Waits for Service shop/shop, which does not exist yet.")]
    [InlineData("not pinned", "Service shop/shop is not pinned to stable")]
    [InlineData("no path", "No path of Ingress shop/web leads to Service shop")]
    [InlineData("name taken", "Ingress shop/web-canary is there, and was not made for this rollout")]
    [InlineData("label copied", "Ingress shop/web-canary is there, and was not made for this rollout")]
    [InlineData("another canary", "Ingress shop/theirs is a canary of the same host and path")]
    [InlineData("a canary itself", "Ingress shop/web is a canary itself")]
    public async Task What_keeps_a_canary_from_its_requests_is_said_before_anything_is_written(string what, string problem)
    {
        var rig = what is "no such Ingress" or "no Service yet" ? new IngressRig() : IngressRig.Ready();
        Break(rig, what);
        var applied = await rig.ApplyAsync(5);
        Assert.Contains(problem, applied.Route.Problem, StringComparison.Ordinal);
        Assert.False(applied.Route.Accepted);
        Assert.Equal((0, 0), (rig.Kube.Creates, rig.Kube.Patches.Count));
    }

    [Fact]
    public async Task A_weight_falls_whatever_stands_in_the_way_of_its_rise()
    {
        var rig = IngressRig.Ready();
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(5);
        rig.Pin(stable: null, canary: "v2");
        Assert.Contains("not pinned", (await rig.ApplyAsync(50)).Route.Problem, StringComparison.Ordinal);
        Assert.Equal("5", rig.Weight());
        var lowered = await rig.ApplyAsync(0);
        Assert.Equal((IngressRig.Split(0), true), (lowered.Route.Applied, lowered.Route.Accepted));
        Assert.Equal("0", rig.Weight());
    }

    [Fact]
    public async Task A_write_by_somebody_else_since_the_decision_stops_ours()
    {
        var rig = IngressRig.Ready();
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(5);
        var basis = await rig.ReadAsync();
        rig.Kube.Change(ObjectKind.Ingress, "web-canary", ingress => ingress["metadata"]!["labels"]!["x"] = "y", isSeen: false);
        Assert.Null((await rig.ApplyAsync(50, basis)).Route.Problem);
        Assert.Equal("5", rig.Weight());
        Assert.Equal(IngressRig.Split(50), (await rig.ApplyAsync(50)).Route.Applied);
    }

    [Fact]
    public async Task A_new_leader_writes_its_fence_before_it_believes_an_Ingress()
    {
        var rig = IngressRig.Ready();
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(5);
        var stale = await rig.ReadAsync();
        rig.Kube.Token = "b-2";
        Assert.Null((await rig.ReadAsync()).Route.Applied);
        Assert.Equal(IngressRig.Split(5), (await rig.ApplyAsync(5)).Route.Applied);

        rig.Kube.Token = "a-1";
        await rig.ApplyAsync(50, stale);
        Assert.Equal("5", rig.Weight());
    }

    [Fact]
    public async Task What_the_user_changes_is_followed_while_a_canary_is_in_use()
    {
        var rig = IngressRig.Ready();
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(5);
        rig.Kube.Change(ObjectKind.Ingress, "web", ingress =>
        {
            ingress["metadata"]!["annotations"]!["nginx.ingress.kubernetes.io/affinity"] = "cookie";
            ingress["metadata"]!["annotations"]!.AsObject().Remove("nginx.ingress.kubernetes.io/rewrite-target");
            ingress["spec"]!["rules"]![0]!["http"]!["paths"]![0]!["path"] = "/cart";
        });

        Assert.Null((await rig.ReadAsync()).Route.Applied);
        Assert.Equal(IngressRig.Split(5), (await rig.ApplyAsync(5)).Route.Applied);

        var annotations = rig.Ours()["metadata"]!["annotations"]!;
        Assert.Equal("cookie", (string?)annotations["nginx.ingress.kubernetes.io/affinity"]);
        Assert.Null(annotations["nginx.ingress.kubernetes.io/rewrite-target"]);
        Assert.Null(annotations["cert-manager.io/cluster-issuer"]);
        Assert.Equal("/cart", (string?)rig.Ours()["spec"]!["rules"]![0]!["http"]!["paths"]![0]!["path"]);
        Assert.Equal(2, rig.Kube.Patches.Count);
    }

    [Fact]
    public async Task Visitors_stay_with_their_version_until_the_weight_is_0_and_then_with_no_canary()
    {
        var rig = new IngressRig();
        rig.Add(more: """, "nginx.ingress.kubernetes.io/affinity": "cookie", "nginx.ingress.kubernetes.io/affinity-canary-behavior": "sticky" """);
        rig.Pin("v1", "v2");
        foreach (var (percent, behavior) in ((decimal, string)[])[(0, "legacy"), (5, "sticky"), (0, "legacy")])
        {
            Assert.Equal(IngressRig.Split(percent), (await rig.ApplyAsync(percent)).Route.Applied);
            Assert.Equal(behavior, (string?)rig.Ours()["metadata"]!["annotations"]![NginxAnnotations.AffinityBehavior]);
        }

        Assert.Equal(2, rig.Kube.Patches.Count);
    }

    [Fact]
    public async Task One_that_somebody_deletes_is_made_again()
    {
        var rig = IngressRig.Ready();
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(5);
        await rig.Kube.DeleteAsync(ObjectKind.Ingress, new("shop", "web-canary"), "", CancellationToken.None);
        rig.Ingresses.Remove(new("shop", "web-canary"), "");
        Assert.Equal(TrafficSplit.AllTo("v1"), (await rig.ReadAsync()).Route.Applied);
        Assert.Equal(IngressRig.Split(5), (await rig.ApplyAsync(5)).Route.Applied);
    }

    [Fact]
    public async Task Who_changes_the_weight_again_and_again_is_named_and_not_followed_blindly()
    {
        var rig = IngressRig.Ready();
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(5);
        for (var second = 0; second < 60; second++)
        {
            rig.Kube.Change(ObjectKind.Ingress, "web-canary", Theirs);
            await rig.ApplyAsync(5);
            rig.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(rig.Kube.Patches.Count, 4, 12);
        var contended = Assert.Single((await rig.ReadAsync()).Conditions);
        Assert.Equal(RouteObjectRouter.ContendedCondition, contended.Type);
        Assert.Contains("kubectl-edit changed the weight of Ingress shop/web-canary", contended.Message, StringComparison.Ordinal);

        rig.Kube.Change(ObjectKind.Ingress, "web-canary", Theirs);
        await rig.ApplyAsync(0);
        Assert.Equal("0", rig.Weight());
    }

    [Fact]
    public async Task Of_several_Ingresses_a_weight_that_rises_stops_at_the_first_that_does_not_follow_and_one_that_falls_never()
    {
        var rig = new IngressRig("a", "b");
        rig.Add("a");
        rig.Add("b");
        rig.Kube.Change(ObjectKind.Ingress, "b", ingress => ingress["spec"]!["rules"]![0]!["host"] = "b.example.org");
        rig.Pin("v1", "v2");
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(5);
        rig.Kube.Refuse = name => name.Name == "a-canary" ? new(KubeOutcome.Unavailable, null, "The server does not answer.") : null;

        await rig.ApplyAsync(50);
        Assert.Equal("5", rig.Weight("b-canary"));
        var lowered = await rig.ApplyAsync(0);
        Assert.Equal("0", rig.Weight("b-canary"));
        Assert.Equal((null, "The server does not answer."), (lowered.Route.Applied, lowered.Route.Problem));
    }

    private static void Break(IngressRig rig, string what)
    {
        switch (what)
        {
            case "no such Ingress":
                rig.Pin("v1", "v2");
                break;
            case "no Service yet":
                rig.Add();
                break;
            case "not pinned":
                rig.Pin(null, "v2");
                break;
            case "no path":
                rig.Kube.Change(ObjectKind.Ingress, "web", ingress => ingress["spec"]!["rules"]!.AsArray().RemoveAt(0));
                break;
            case "name taken":
                rig.Add("web-canary");
                break;
            case "label copied":
                rig.Kube.Put(ObjectKind.Ingress, IngressRig.Copied("web-canary"));
                break;
            case "another canary":
                rig.Add("theirs", """, "nginx.ingress.kubernetes.io/canary": "true" """);
                break;
            case "a canary itself":
                rig.Add("web", """, "nginx.ingress.kubernetes.io/canary": "true" """);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, "Nobody knows how to break that.");
        }
    }

    private static void Theirs(JsonObject ingress)
    {
        ingress["metadata"]!["annotations"]![NginxAnnotations.Weight] = "50";
        ingress["metadata"]!["managedFields"] = JsonNode.Parse("""
            [{"manager": "kubectl-edit", "operation": "Update", "time": "2026-02-01T00:00:00Z", "fieldsV1": {"f:metadata": {"f:annotations": {"f:nginx.ingress.kubernetes.io/canary-weight": {} } } } }]
            """);
    }
}
