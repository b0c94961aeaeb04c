using System.Text.Json;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Kubernetes.Admission.Rollouts;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Resources;

namespace CanaryController.Manager.Tests.Kubernetes;

/// <summary>The freezes of a cluster.</summary>
public sealed class ClusterFreezesTests
{
    private readonly CacheMemory<FreezeWindowObject> _local = new();
    private readonly CacheMemory<ClusterFreezeWindowObject> _cluster = new();

    [Fact]
    public void A_rollout_has_the_freezes_of_its_namespace_and_those_of_the_cluster()
    {
        _local.Put(FreezeWindowObject.Project(Object("shop", "sale", """{"reason": "a sale", "end": "2026-12-24T00:00:00Z"}""")));
        _cluster.Put(ClusterFreezeWindowObject.Project(Object(null, "year-end", """{"reason": "holidays", "dates": ["12-31"]}""")));
        var freezes = new ClusterFreezes(_local, _cluster);
        Assert.Equal(["FreezeWindow sale", "ClusterFreezeWindow year-end"], freezes.For(new RolloutKey("shop", "shop"), []).Select(freeze => freeze.Name));
        Assert.Equal(["ClusterFreezeWindow year-end"], freezes.For(new RolloutKey("cart", "cart"), []).Select(freeze => freeze.Name));
        Assert.Equal(["FreezeWindow sale"], new ClusterFreezes(_local).For(new RolloutKey("shop", "shop"), []).Select(freeze => freeze.Name));
    }

    [Fact]
    public void One_that_breaks_a_rule_holds_up_its_namespace_and_says_why()
    {
        _local.Put(FreezeWindowObject.Project(Object("shop", "sale", """{"reason": "a sale", "selector": {"names": ["cart"]}, "cron": "0 9 * * *", "duration": "1h"}""")));
        var freeze = Assert.Single(new ClusterFreezes(_local).For(new RolloutKey("shop", "shop"), []));
        Assert.True(freeze.Lasts(DateTimeOffset.UnixEpoch));
        Assert.StartsWith("it cannot be read: spec.cron: 0 9 * * * has 5 fields", freeze.Because, StringComparison.Ordinal);
    }

    [Fact]
    public void Admission_refuses_a_freeze_that_lint_refuses_and_lets_others_and_deletions_pass()
    {
        var hook = new FreezeWindowsHook();
        var wrong = Assert.IsType<AdmissionAnswer.Denied>(hook.Decide(Request("""{"reason": "a sale", "dates": ["12-31"], "timeZone": "Europe/Berlim"}""")));
        Assert.Contains("there is no time zone Europe/Berlim", wrong.Message, StringComparison.Ordinal);
        Assert.Equal(AdmissionAnswer.Unchanged, hook.Decide(Request("""{"reason": "a sale", "dates": ["12-31"]}""")));
        Assert.Equal(AdmissionAnswer.Unchanged, hook.Decide(Request("{}") with { Operation = AdmissionOperation.Delete }));
    }

    private static AdmissionRequest Request(string spec) => new()
    {
        Uid = "1",
        Group = "canarycontroller.io",
        Kind = "FreezeWindow",
        Operation = AdmissionOperation.Create,
        Name = new("shop", "sale"),
        Object = Object("shop", "sale", spec),
        User = new("ann", "", []),
    };

    private static JsonElement Object(string? ns, string name, string spec)
    {
        using var document = JsonDocument.Parse($$"""
            {"metadata": {"name": "{{name}}", {{(ns is null ? "" : $"\"namespace\": \"{ns}\",")}} "uid": "{{name}}", "resourceVersion": "1"}, "spec": {{spec}} }
            """);
        return document.RootElement.Clone();
    }
}
