using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Workloads;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>Whose an apex Service's selector is that somebody applies server-side and a webhook keeps pinned.</summary>
public sealed class SelectorOwnersTests
{
    private const string Theirs = """{"manager": "argocd", "operation": "Apply", "apiVersion": "v1", "time": "2026-01-01T00:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:ports": {}, "f:selector": {}}}}""";
    private const string TheirRest = """{"manager": "argocd", "operation": "Apply", "apiVersion": "v1", "time": "2026-01-01T00:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:ports": {}}}}""";
    private const string Ours = """{"manager": "canary-controller", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:selector": {}}}}""";

    [Fact]
    public void A_selector_that_is_applied_and_pinned_is_switched_and_given_back_each_time()
    {
        var run = new WorkloadRun(ClusterModel.With(4)).Adopted();
        run.Cluster.Services["checkout"] = run.Cluster.Services["checkout"] with { SelectorApplier = "argocd" };
        run.Cluster.Ask(2);
        run.Settle();
        run.AssertWhole();
        Assert.Equal(RolloutPhase.Promoted, run.State.Phase);
        AssertGivenBack(run);
        Assert.Equal(run.Stable, run.Cluster.Services["checkout"].Selector[ClusterModel.Hash]);
        run.Deleted = true;
        run.Settle();
        Assert.True(run.IsForgotten);
        AssertGivenBack(run);
        Assert.DoesNotContain(ClusterModel.Hash, run.Cluster.Services["checkout"].Selector.Keys);
    }

    [Fact]
    public void A_crash_after_the_switch_does_not_lose_who_applied_it()
    {
        var run = new WorkloadRun(ClusterModel.With(4)).Adopted();
        run.Cluster.Services["checkout"] = run.Cluster.Services["checkout"] with { SelectorApplier = "argocd" };
        run.Dies = action => action is WorkloadAction.ChangeService { Hash: not null };
        run.Cluster.Ask(2);
        run.Settle();
        run.AssertWhole();
        AssertGivenBack(run);
    }

    [Fact]
    public void What_was_noted_is_restored_and_the_note_goes()
    {
        var service = Service(Theirs);
        var note = SelectorOwners.Note(service)!;
        var switched = Service(TheirRest, Ours);
        switched["metadata"]!["annotations"] = new JsonObject { [WorkloadMarks.SelectorOwners] = note };
        var restored = PatchedJson.Apply(switched, SelectorOwners.Return(switched)!)!;
        Assert.True(JsonNode.DeepEquals(service["metadata"]!["managedFields"], restored["metadata"]!["managedFields"]), restored.ToJsonString());
        Assert.Null(SelectorOwners.Return(restored));
        Assert.False(SelectorOwners.IsNoted(PatchedJson.Apply(restored, SelectorOwners.Forget(restored))!));
    }

    [Fact]
    public void Whoever_took_it_over_in_the_meantime_keeps_it_and_a_note_that_cannot_be_read_is_dropped()
    {
        var taken = Service("""{"manager": "flux", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {"f:spec": {"f:selector": {}}}}""");
        taken["metadata"]!["annotations"] = new JsonObject { [WorkloadMarks.SelectorOwners] = SelectorOwners.Note(Service(Theirs)) };
        Assert.Null(SelectorOwners.Return(taken));
        taken["metadata"]!["annotations"]![WorkloadMarks.SelectorOwners] = "nonsense";
        Assert.Null(SelectorOwners.Return(taken));
        Assert.Null(SelectorOwners.Note(Service(Ours)));
    }

    [Theory]
    [InlineData("""[{"manager": 5, "operation": {}, "fieldsV1": {"f:spec": {"f:selector": {} } } }]""")]
    [InlineData("""[{"manager": "a", "fieldsV1": {"f:spec": 7} }, 3, null]""")]
    [InlineData("""[{"manager": "a", "fieldsV1": 1}]""")]
    [InlineData("""[{"manager": "a", "manager": "b", "fieldsV1": {"f:spec": {"f:selector": {} } } }]""")]
    public void A_note_that_somebody_else_wrote_stops_nothing(string note)
    {
        var service = Service(TheirRest, Ours);
        service["metadata"]!["annotations"] = new JsonObject { [WorkloadMarks.SelectorOwners] = note };
        Assert.Null(Record.Exception(() => SelectorOwners.Return(service)));
    }

    [Fact]
    public void What_the_webhook_pinned_and_marked_is_unmarked_at_leaving()
    {
        var run = new WorkloadRun(ClusterModel.With(4)).Adopted();
        var apex = run.Cluster.Services["checkout"];
        run.Cluster.Services["checkout"] = apex with { Meta = apex.Meta with { Annotations = new Dictionary<string, string> { [WorkloadMarks.Pinned] = "checkout" } } };
        run.Deleted = true;
        run.Settle();
        Assert.True(run.IsForgotten);
        Assert.Empty(run.Cluster.Services["checkout"].Meta.Annotations);
        Assert.DoesNotContain(ClusterModel.Hash, run.Cluster.Services["checkout"].Selector.Keys);
    }

    private static void AssertGivenBack(WorkloadRun run)
    {
        var apex = run.Cluster.Services["checkout"];
        Assert.Equal("argocd", apex.SelectorApplier);
        Assert.DoesNotContain(WorkloadMarks.SelectorOwners, apex.Meta.Annotations.Keys);
    }

    private static JsonObject Service(params string[] entries) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = "checkout",
            ["namespace"] = "shop",
            ["resourceVersion"] = "7",
            ["managedFields"] = new JsonArray([.. entries.Select(entry => JsonNode.Parse(entry))]),
        },
    };
}
