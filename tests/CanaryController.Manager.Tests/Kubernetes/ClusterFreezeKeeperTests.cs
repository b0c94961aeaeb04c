using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;

namespace CanaryController.Manager.Tests.Kubernetes;

/// <summary>FreezeWindows that the controller writes for callers of the API.</summary>
public sealed class ClusterFreezeKeeperTests
{
    private static readonly DateTimeOffset _now = new(2026, 12, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly KubeMemory _cluster = new();
    private readonly CacheMemory<FreezeWindowObject> _freezes = new();

    private ClusterFreezeKeeper Keeper => new(_cluster, _freezes, ["shop"]);

    [Fact]
    public async Task A_freeze_becomes_an_object_that_names_who_asked_and_counts_at_once_until_it_is_ended()
    {
        Assert.Equal(FreezeAnswer.Done, await MakeAsync("shop"));
        var made = _cluster.Find(ObjectKind.FreezeWindow, "sale");
        Assert.Equal("ann", (string?)made["metadata"]!["annotations"]!["canarycontroller.io/requested-by"]);
        Assert.Equal(["FreezeWindow sale"], new ClusterFreezes(_freezes).For(new("shop", "shop"), []).Select(freeze => freeze.Name));

        Assert.Equal(FreezeOutcome.Refused, (await MakeAsync("shop")).Outcome);
        Assert.Equal(FreezeAnswer.Done, await Keeper.EndAsync("shop", "sale", CancellationToken.None));
        Assert.Empty(_freezes.All);
        Assert.False(_cluster.Has(ObjectKind.FreezeWindow, "sale"));
        Assert.Equal(FreezeOutcome.NotFound, (await Keeper.EndAsync("shop", "sale", CancellationToken.None)).Outcome);
    }

    [Fact]
    public async Task Nothing_is_written_where_the_controller_does_not_look()
    {
        Assert.Equal(FreezeOutcome.NotFound, (await MakeAsync("cart")).Outcome);
        Assert.Equal(FreezeOutcome.NotFound, (await Keeper.EndAsync("cart", "sale", CancellationToken.None)).Outcome);
        Assert.Equal(0, _cluster.Creates);
    }

    [Theory]
    [InlineData(KubeOutcome.Forbidden, "may not create freezewindows")]
    [InlineData(KubeOutcome.Invalid, "refused it")]
    public async Task What_the_cluster_refuses_is_told_and_counts_for_nothing(object outcome, string why)
    {
        _cluster.Refuse = _ => new((KubeOutcome)outcome, null, "No.");
        var answer = await MakeAsync("shop");
        Assert.Equal(FreezeOutcome.Refused, answer.Outcome);
        Assert.Contains(why, answer.Message, StringComparison.Ordinal);
        Assert.Empty(_freezes.All);
    }

    [Fact]
    public async Task An_API_server_that_does_not_answer_is_asked_again_by_whoever_asked()
    {
        _cluster.Refuse = _ => new(KubeOutcome.Unavailable, null, "No answer came.");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => MakeAsync("shop"));
    }

    private Task<FreezeAnswer> MakeAsync(string ns) =>
        Keeper.AddAsync(FreezeViews.ToWindow(ns, new FreezeRequest { Name = "sale", Reason = "a sale" }, _now), "ann", CancellationToken.None);
}
