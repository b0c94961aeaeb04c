using System.Text.Json.Nodes;
using CanaryController.Manager.Workloads;

namespace CanaryController.Manager.Tests.Kubernetes.Admission.Guards;

/// <summary>What becomes of the apex Service when somebody else writes it.</summary>
public sealed class ServiceHookTests
{
    private readonly GuardBed _bed = new();

    [Fact]
    public void What_is_pinned_stays_and_all_else_is_as_it_was_asked_for()
    {
        var applied = GuardBed.ApexService();
        applied["spec"]!["selector"]!["tier"] = "web";
        applied["spec"]!["ports"]![0]!["port"] = 8080;
        var (stored, warnings) = Write(GuardBed.ApexService("h1"), applied);
        Assert.Empty(warnings);
        Assert.Equal("h1", Hash(stored));
        stored["spec"]!["selector"]!.AsObject().Remove("pod-template-hash");
        Assert.True(JsonNode.DeepEquals(applied, stored));
    }

    [Fact]
    public void Whoever_pins_another_version_is_told_that_it_stays()
    {
        var (stored, warnings) = Write(GuardBed.ApexService("h1"), GuardBed.ApexService("h2"));
        Assert.Equal("h1", Hash(stored));
        Assert.Equal(["The Rollout shop/checkout pins h1 in the selector: it stays."], warnings);
    }

    [Fact]
    public void A_selector_that_is_applied_server_side_is_pinned_inside_the_apply()
    {
        var pinned = Write(GuardBed.ApexService(), GuardBed.ApexService(applier: "argocd")).Stored;
        Assert.Equal(("h1", "checkout"), (Hash(pinned), (string?)pinned["metadata"]!["annotations"]![WorkloadMarks.Pinned]));
        Assert.Null(Hash(Write(GuardBed.ApexService(), GuardBed.ApexService()).Stored));
    }

    [Fact]
    public void While_the_versions_change_hands_nothing_is_pinned_anew()
    {
        _bed.Rollout(GuardBed.UnderWay with { HandOverStarted = true });
        Assert.Null(Hash(Write(GuardBed.ApexService(), GuardBed.ApexService(applier: "argocd")).Stored));
        Assert.Equal("h1", Hash(Write(GuardBed.ApexService("h1"), GuardBed.ApexService(applier: "argocd")).Stored));
    }

    [Fact]
    public void A_version_that_is_not_known_to_run_is_not_pinned()
    {
        _bed.Lose("h1", stored: 1);
        Assert.Null(Hash(Write(GuardBed.ApexService(), GuardBed.ApexService(applier: "argocd")).Stored));
    }

    [Fact]
    public void Without_a_selector_or_as_a_name_for_another_it_chooses_no_pods()
    {
        var open = GuardBed.ApexService();
        open["spec"]!.AsObject().Remove("selector");
        Assert.True(JsonNode.DeepEquals(open, Write(GuardBed.ApexService("h1"), open).Stored));
        var named = GuardBed.ApexService();
        named["spec"]!["type"] = "ExternalName";
        Assert.True(JsonNode.DeepEquals(named, Write(GuardBed.ApexService("h1"), named).Stored));
    }

    [Fact]
    public void Other_Services_and_those_of_a_rollout_that_leaves_are_left_alone()
    {
        Assert.Null(Hash(Write(GuardBed.ApexService("h1", "checkout-stable"), GuardBed.ApexService(null, "checkout-stable")).Stored));
        Assert.Null(Hash(Write(GuardBed.ApexService("h1", "other"), GuardBed.ApexService(null, "other")).Stored));
        _bed.Rollout(GuardBed.Rest, router: "ReplicaRatio");
        Assert.Null(Hash(Write(GuardBed.ApexService("h1"), GuardBed.ApexService()).Stored));
        _bed.Rollout(GuardBed.Rest, isDeleting: true);
        Assert.Null(Hash(Write(GuardBed.ApexService("h1"), GuardBed.ApexService()).Stored));
        _bed.Rollout(GuardBed.Rest, workload: """{"kind": "External", "versions": {"stable": "checkout"}}""");
        Assert.Null(Hash(Write(GuardBed.ApexService("h1"), GuardBed.ApexService()).Stored));
    }

    private (JsonObject Stored, IReadOnlyList<string> Warnings) Write(JsonObject before, JsonObject after) => GuardBed.Ask(_bed.Service, "Service", before, after);

    private static string? Hash(JsonObject service) => (string?)service["spec"]!["selector"]?["pod-template-hash"];
}
