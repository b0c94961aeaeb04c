using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Workloads;

namespace CanaryController.Manager.Tests.Kubernetes.Admission.Guards;

/// <summary>What becomes of a Deployment that somebody else writes.</summary>
public sealed class HoldHookTests
{
    private readonly GuardBed _bed = new();

    [Fact]
    public void Another_template_pauses_the_Deployment_in_the_same_write()
    {
        var (stored, warnings) = Write(GuardBed.Deployment(1), GuardBed.Deployment(2));
        AssertHeld(stored);
        Assert.Empty(warnings);
    }

    [Fact]
    public void What_is_no_new_version_is_left_alone()
    {
        var scaled = GuardBed.Deployment(1);
        scaled["spec"]!["replicas"] = 9;
        scaled["metadata"]!["labels"] = new JsonObject { ["team"] = "shop" };
        AssertUnchanged(GuardBed.Deployment(1), scaled);
    }

    [Fact]
    public void Defaults_that_say_nothing_are_no_new_version()
    {
        var same = GuardBed.Deployment(1);
        same["spec"]!["template"]!["metadata"]!["annotations"] = new JsonObject();
        same["spec"]!["template"]!["spec"]!["containers"]![0]!["env"] = new JsonArray();
        AssertUnchanged(GuardBed.Deployment(1), same);
    }

    [Theory]
    [InlineData(RolloutPhase.Progressing, "until the Rollout shop/checkout is over", "canaryctl promote (or abort) checkout -n shop")]
    [InlineData(RolloutPhase.Aborted, "rejected this template", "canaryctl retry checkout -n shop")]
    public void A_held_Deployment_is_resumed_by_nobody_else_who_is_told_what_leads_on(RolloutPhase phase, string why, string what)
    {
        _bed.Rollout(GuardBed.UnderWay with { Phase = phase });
        var resumed = GuardBed.Deployment(2, held: true);
        var (stored, warnings) = Write(GuardBed.Deployment(2, paused: true, held: true), resumed);
        AssertHeld(stored);
        Assert.Contains(why, warnings[0], StringComparison.Ordinal);
        Assert.Contains(what, warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_replace_drops_neither_pause_nor_mark()
    {
        _bed.Rollout(GuardBed.UnderWay);
        AssertHeld(Write(GuardBed.Deployment(2, paused: true, held: true), GuardBed.Deployment(3)).Stored);
    }

    [Fact]
    public void Back_on_stables_template_it_stays_held_until_the_controller_resumes_it()
    {
        _bed.Rollout(GuardBed.UnderWay);
        AssertHeld(Write(GuardBed.Deployment(2, paused: true, held: true), GuardBed.Deployment(1, held: true)).Stored);
        foreach (var phase in new[] { RolloutPhase.Idle, RolloutPhase.Aborted })
        {
            _bed.Rollout(GuardBed.UnderWay with { Phase = phase });
            var (stored, warnings) = Write(GuardBed.Deployment(2, paused: true, held: true), GuardBed.Deployment(1));
            AssertHeld(stored);
            Assert.Equal(["It stays paused until the Rollout shop/checkout resumes it, in a moment."], warnings);
        }

        Assert.Equal(
            ["It stays paused: the Rollout shop/checkout tries this template as a canary first."],
            Write(GuardBed.Deployment(2, paused: true, held: true), GuardBed.Deployment(3)).Warnings);
    }

    [Fact]
    public void Twice_within_a_second_there_and_back_and_on_is_held_throughout()
    {
        var second = Write(GuardBed.Deployment(1), GuardBed.Deployment(2)).Stored;
        var back = second.DeepClone().AsObject();
        back["spec"]!["template"] = GuardBed.Deployment(1)["spec"]!["template"]!.DeepClone();
        back["spec"]!.AsObject().Remove("paused");
        var first = Write(second, back).Stored;
        AssertHeld(first);
        AssertHeld(Write(first, GuardBed.Deployment(3)).Stored);
    }

    [Fact]
    public void One_that_was_paused_by_its_user_stays_the_users()
    {
        AssertUnchanged(GuardBed.Deployment(1, paused: true), GuardBed.Deployment(2, paused: true));
        AssertUnchanged(GuardBed.Deployment(1), GuardBed.Deployment(2, paused: true));
        _bed.Rollout(GuardBed.UnderWay);
        AssertHeld(Write(GuardBed.Deployment(2, paused: true), GuardBed.Deployment(2)).Stored);
    }

    [Fact]
    public void A_cache_that_has_not_seen_the_last_promotion_holds_the_way_back()
    {
        // The cache says that h1 is stable; it is h2 since a moment.
        AssertHeld(Write(GuardBed.Deployment(2), GuardBed.Deployment(1)).Stored);
        AssertHeld(Write(GuardBed.Deployment(2), GuardBed.Deployment(2)).Stored);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Without_stables_ReplicaSet_its_stored_template_counts_and_without_that_only_a_change(int? stored, bool isHeld)
    {
        _bed.Lose("h1", stored);
        var labelled = GuardBed.Deployment(1);
        labelled["metadata"]!["labels"] = new JsonObject { ["team"] = "shop" };
        Assert.Equal(isHeld, (bool?)Write(GuardBed.Deployment(1), labelled).Stored["spec"]!["paused"] ?? false);
        AssertHeld(Write(GuardBed.Deployment(1), GuardBed.Deployment(3)).Stored);
    }

    [Fact]
    public void Always_means_always()
    {
        var bed = new GuardBed(HoldMode.Always);
        var (stored, warnings) = GuardBed.Ask(bed.Hold, "Deployment", GuardBed.Deployment(1, paused: true, held: true), GuardBed.Deployment(1));
        AssertHeld(stored);
        Assert.Equal(["It stays paused: the Rollout shop/checkout always holds it.", "To have it back: canaryctl release checkout -n shop"], warnings);
        AssertHeld(GuardBed.Ask(bed.Hold, "Deployment", GuardBed.Deployment(1, paused: true), GuardBed.Deployment(1)).Stored);
    }

    [Fact]
    public void A_Rollout_that_leads_nothing_holds_nothing()
    {
        _bed.Rollout(null);
        AssertUnchanged(GuardBed.Deployment(1), GuardBed.Deployment(2));
        _bed.Rollout(GuardBed.UnderWay, isDeleting: true);
        AssertUnchanged(GuardBed.Deployment(2, paused: true, held: true), GuardBed.Deployment(2));
        _bed.Rollout(GuardBed.UnderWay, isReleased: true);
        AssertUnchanged(GuardBed.Deployment(2, paused: true, held: true), GuardBed.Deployment(2));
        _bed.Rollout(GuardBed.Rest, workload: """{"kind": "External", "versions": {"stable": "v1"}}""");
        AssertUnchanged(GuardBed.Deployment(1), GuardBed.Deployment(2));
    }

    [Fact]
    public void Only_updates_are_looked_at() =>
        Assert.Null((bool?)GuardBed.Ask(_bed.Hold, "Deployment", GuardBed.Deployment(2), GuardBed.Deployment(2), AdmissionOperation.Create).Stored["spec"]!["paused"]);

    [Fact]
    public void Annotations_that_are_there_stay()
    {
        var next = GuardBed.Deployment(2);
        next["metadata"]!["annotations"] = new JsonObject { ["team"] = "shop" };
        Assert.Equal(["canarycontroller.io/held", "team"], Write(GuardBed.Deployment(1), next).Stored["metadata"]!["annotations"]!.AsObject().Select(pair => pair.Key).Order());
    }

    [Fact]
    public void Where_the_author_may_not_approve_the_one_who_changes_the_template_is_noted_whatever_a_client_says()
    {
        _bed.Rollout(GuardBed.Rest, approval: ", \"approval\": {\"name\": \"sre\", \"allowAuthor\": false}");
        var forged = GuardBed.Deployment(2);
        forged["metadata"]!["annotations"] = new JsonObject { [WorkloadMarks.AppliedBy] = "mallory" };
        var stored = Write(GuardBed.Deployment(1), forged).Stored;
        Assert.Equal("ann", AppliedBy(stored));
        AssertHeld(stored);

        var scaled = stored.DeepClone().AsObject();
        scaled["spec"]!["replicas"] = 9;
        scaled["metadata"]!["annotations"]!.AsObject().Remove(WorkloadMarks.AppliedBy);
        Assert.Equal("ann", AppliedBy(Write(stored, scaled).Stored));
    }

    [Fact]
    public void Elsewhere_nobody_is_noted() => Assert.Null(AppliedBy(Write(GuardBed.Deployment(1), GuardBed.Deployment(2)).Stored));

    private static string? AppliedBy(JsonObject deployment) => (string?)deployment["metadata"]!["annotations"]![WorkloadMarks.AppliedBy];

    private (JsonObject Stored, IReadOnlyList<string> Warnings) Write(JsonObject before, JsonObject after) => GuardBed.Ask(_bed.Hold, "Deployment", before, after);

    private void AssertUnchanged(JsonObject before, JsonObject after)
    {
        var (stored, warnings) = Write(before, after);
        Assert.Empty(warnings);
        Assert.True(JsonNode.DeepEquals(after, stored), stored.ToJsonString());
    }

    private static void AssertHeld(JsonObject stored)
    {
        Assert.True((bool?)stored["spec"]!["paused"]);
        Assert.Equal("checkout", (string?)stored["metadata"]!["annotations"]![WorkloadMarks.Held]);
    }
}
