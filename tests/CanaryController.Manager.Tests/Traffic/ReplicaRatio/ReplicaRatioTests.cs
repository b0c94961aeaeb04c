using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic.ReplicaRatio;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.ReplicaRatio;

public sealed class ReplicaRatioTests
{
    [Fact]
    public async Task A_canary_is_promoted_and_the_next_one_begins_at_nothing()
    {
        var world = await IdleAsync();
        world.Declared = "v2";
        var seen = new List<(int Percent, int Pods)>();
        await world.UntilAsync(RolloutPhase.Promoted, () => seen.Add(((int)world.State.Weight.Percent, world.Ready("v2"))));

        Assert.Contains((10, 1), seen);
        Assert.Contains((50, 5), seen);
        Assert.Contains((100, 10), seen);
        Assert.Equal((0, 10), (world.Size("v1"), world.Size("v2")));
        Assert.Equal(TrafficSplit.AllTo("v2"), world.Reading.Route.Applied ?? TrafficSplit.AllTo("v2"));

        world.Declared = "v3";
        await world.UntilAsync(RolloutPhase.Progressing);
        Assert.Equal("""{"stable":"v2","canary":"v3","percent":10}""", await AskedAsync(world));
    }

    [Fact]
    public async Task An_abort_takes_the_pods_away_at_once()
    {
        var world = await IdleAsync();
        world.Declared = "v2";
        await world.UntilAsync(RolloutPhase.Progressing);
        while (world.State.Weight.Percent < 50)
        {
            await world.SettleAsync();
            world.Tick();
            world.Time.Advance(TimeSpan.FromSeconds(1));
        }

        world.Alarm = "It is broken.";
        await world.SettleAsync();
        Assert.Equal(RolloutPhase.Aborting, world.State.Phase);
        Assert.Equal((0, 10), (world.Size("v2"), world.Size("v1")));
        Assert.False(world.Reading.Route.Accepted);

        world.Tick();
        await world.SettleAsync();
        Assert.True(world.Reading.Route.Accepted);
        await world.UntilAsync(RolloutPhase.Aborted, () => Assert.Equal(0, world.Size("v2")));
        Assert.Equal((0, 10), (world.Ready("v2"), world.Ready("v1")));
    }

    [Fact]
    public async Task A_revision_that_was_aborted_can_be_tried_again()
    {
        var world = await IdleAsync();
        world.Declared = "v2";
        await world.UntilAsync(RolloutPhase.Progressing);
        world.Alarm = "It is broken.";
        await world.UntilAsync(RolloutPhase.Aborted);
        world.Alarm = null;
        world.Declared = "v1";
        await world.SettleAsync();
        world.Declared = "v2";
        await world.UntilAsync(RolloutPhase.Promoted);
        Assert.Equal("v2", world.State.StableRevision);
    }

    [Fact]
    public async Task The_share_that_the_pods_really_have_is_told()
    {
        var world = await IdleAsync();
        world.Declared = "v2";
        await world.UntilAsync(RolloutPhase.Progressing);
        await world.SettleAsync();
        var told = Assert.Single(world.Reading.Conditions);
        Assert.Equal("v2 has 1 of the 11 ready pods behind Service shop, so about 9.09 % of its requests; asked for was 10 %. One pod is 9.09 %.", told.Message);
    }

    [Fact]
    public async Task Leaving_removes_what_was_noted_and_nothing_else()
    {
        var world = await IdleAsync();
        world.Declared = "v2";
        await world.UntilAsync(RolloutPhase.Progressing);
        Assert.Null(await world.RestoreAsync());
        Assert.Null(world.Asked());
        Assert.Single(world.Kube.Find(Manager.Kubernetes.Client.ObjectKind.Service, "shop")["metadata"]!["annotations"]!.AsObject());
        Assert.Null(await world.RestoreAsync());
    }

    [Theory]
    [InlineData("0", 10, 5, 5, 0)]
    [InlineData("60", 4, 10, 10, 6)]
    [InlineData("20", 8, 10, 10, 2)]
    [InlineData("20", 0, 10, 10, null)]
    [InlineData("50", 10, 10, 3, null)]
    [InlineData("100", 10, 10, 10, null)]
    public void A_weight_that_falls_takes_the_pods_that_are_too_many(string percent, int stable, int size, int ready, int? wanted) =>
        Assert.Equal(wanted, new RatioPods(stable, ready, size, ready).SizeFor(CanaryWeight.TryFromPercent(decimal.Parse(percent))!.Value));

    [Fact]
    public void The_pods_that_are_left_carry_the_weight_and_one_less_would_not() =>
        Gen.Select(Gen.Int[1, 9_999], Gen.Int[1, 200], Gen.Int[1, 500]).Sample((points, stable, size) =>
        {
            var weight = CanaryWeight.FromBasisPoints(points);
            if (new RatioPods(stable, size, size, size).SizeFor(weight) is { } left)
            {
                Assert.InRange(left, 1, size - 1);
                Assert.True((double)left / (left + stable) >= weight.BasisPoints / 10_000d - 1e-9);
                Assert.True((double)(left - 1) / (left - 1 + stable) < weight.BasisPoints / 10_000d);
            }
        });

    private static async Task<PodWorld> IdleAsync()
    {
        var world = new PodWorld();
        await world.SettleAsync();
        Assert.Equal(RolloutPhase.Idle, world.State.Phase);
        return world;
    }

    private static async Task<string?> AskedAsync(PodWorld world)
    {
        await world.SettleAsync();
        return world.Asked();
    }
}
