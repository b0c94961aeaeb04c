using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Tests;

/// <summary>What Argo CD says of a Rollout, and of a Deployment that one holds.</summary>
public sealed class ArgoHealthTests
{
    private const string OfRollout = "canarycontroller.io_Rollout";
    private const string OfDeployment = "apps_Deployment";

    private static readonly DateTimeOffset _now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(RolloutPhase.Progressing, "Reconciling", "Progressing", "Progressing")]
    [InlineData(RolloutPhase.Aborting, "Reconciling", "Aborting", "Progressing")]
    [InlineData(RolloutPhase.Paused, "Reconciling", "Paused", "Suspended")]
    [InlineData(RolloutPhase.WaitingApproval, "Reconciling", "WaitingApproval", "Suspended")]
    [InlineData(RolloutPhase.Promoted, "Ready", "Promoted", "Healthy")]
    [InlineData(RolloutPhase.Aborted, "Stalled", "RolledBack", "Degraded")]
    [InlineData(RolloutPhase.Paused, "Stalled", "LastGoodInForce", "Degraded")]
    [InlineData(RolloutPhase.Invalid, "Stalled", "Invalid", "Degraded")]
    [InlineData(RolloutPhase.Idle, "Stalled", "Released", "Suspended")]
    public void A_Rollout_is_as_its_condition_says_and_waits_for_people_when_it_is_suspended(RolloutPhase phase, string holds, string reason, string status)
    {
        var seen = ArgoHealth.Of(OfRollout, Rollout(3, new RolloutStatus { ObservedGeneration = 3, Phase = phase, Message = "as it is, °", Conditions = [.. Conditions(holds, reason)] }));
        Assert.Equal((status, holds == "Stalled" ? $"why {reason}" : "as it is, °"), seen);
    }

    [Fact]
    public void A_Rollout_that_nobody_looked_at_since_its_last_change_is_progressing_whatever_its_status_says()
    {
        Assert.Equal("Progressing", ArgoHealth.Of(OfRollout, Rollout(1, null)).Status);
        var before = new RolloutStatus { ObservedGeneration = 2, Phase = RolloutPhase.Promoted, Conditions = [.. Conditions("Ready", "Promoted")] };
        Assert.Equal("Progressing", ArgoHealth.Of(OfRollout, Rollout(3, before)).Status);
        Assert.Equal("Healthy", ArgoHealth.Of(OfRollout, Rollout(2, before)).Status);
    }

    [Theory]
    [InlineData("its canary is under way", true, true, 0, 4, "Healthy")]
    [InlineData("stable lacks a pod", true, true, 0, 3, "Progressing")]
    [InlineData("its user paused it", true, false, 4, 4, "Suspended")]
    [InlineData("it rolls by itself", false, false, 2, 4, "Progressing")]
    [InlineData("it is rolled out", false, false, 4, 4, "Healthy")]
    [InlineData("its new pods are not available yet", false, false, 4, 3, "Progressing")]
    public void A_Deployment_that_is_held_is_judged_by_stables_pods_and_any_other_as_ever(string when, bool isPaused, bool isHeld, int updated, int available, string status) =>
        Assert.Equal((when, status), (when, ArgoHealth.Of(OfDeployment, Deployment(isPaused, isHeld, updated, available)).Status));

    [Fact]
    public void A_Deployment_whose_change_was_not_seen_yet_is_progressing_and_one_past_its_deadline_degraded()
    {
        var item = Deployment(isPaused: false, isHeld: false, updated: 4, available: 4);
        item["metadata"]!["generation"] = 8;
        Assert.Equal("Progressing", ArgoHealth.Of(OfDeployment, item).Status);
        item["status"] = null;
        Assert.Equal("Progressing", ArgoHealth.Of(OfDeployment, item).Status);
        item = Deployment(isPaused: false, isHeld: false, updated: 2, available: 4);
        item["status"]!["conditions"] = new JsonArray(new JsonObject { ["type"] = "Progressing", ["reason"] = "ProgressDeadlineExceeded" });
        Assert.Equal("Degraded", ArgoHealth.Of(OfDeployment, item).Status);
    }

    private static JsonObject Rollout(int generation, RolloutStatus? status) => new()
    {
        ["metadata"] = new JsonObject { ["generation"] = generation },
        ["status"] = status is null ? null : JsonNode.Parse(RolloutStatusJson.Write(status)),
    };

    private static IEnumerable<RolloutCondition> Conditions(string holds, string reason) => new[] { "Ready", "Reconciling", "Stalled" }.Select(type => new RolloutCondition
    {
        Type = type,
        Status = type == holds ? ConditionStatus.True : ConditionStatus.False,
        ObservedGeneration = 3,
        LastTransitionTime = _now,
        Reason = reason,
        Message = $"why {reason}",
    });

    private static JsonObject Deployment(bool isPaused, bool isHeld, int updated, int available) => new()
    {
        ["metadata"] = new JsonObject { ["generation"] = 7, ["annotations"] = isHeld ? new JsonObject { ["canarycontroller.io/held"] = "shop" } : null },
        ["spec"] = new JsonObject { ["replicas"] = 4, ["paused"] = isPaused },
        ["status"] = new JsonObject { ["observedGeneration"] = 7, ["replicas"] = 4, ["updatedReplicas"] = updated, ["availableReplicas"] = available },
    };
}
