using CanaryController.Core.Traffic;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Traffic.HAProxy;

/// <summary>What holds for any backend and any sequence of splits.</summary>
public sealed class HAProxyLawTests
{
    [Fact]
    public async Task Applying_and_restoring_leaves_every_servers_weight_as_it_was_and_others_are_never_touched() =>
        await Shops.Select(Gen.Int[0, 10_000].Array[0, 6]).SampleAsync(
            async pair =>
            {
                var (shop, weights) = (pair.Item1, pair.Item2);
                var (cart, before) = (new FakeBackend("cart", new("v1-1", 3), new("v2-1", 4)), shop.Weights);
                await using var proxy = new FakeHAProxy(cart, shop);
                var rig = new HAProxyRig(proxy.Socket, new FakeTimeProvider());
                var others = shop.Servers.Where(server => server.Name.StartsWith("other", StringComparison.Ordinal)).Sum(server => server.Weight);
                proxy.After = () => Assert.Equal(others, shop.Servers.Where(server => server.Name.StartsWith("other", StringComparison.Ordinal)).Sum(server => server.Weight));
                foreach (var points in weights.Append(0))
                {
                    await rig.ApplyAsync(new TrafficSplit("v1", "v2", CanaryWeight.FromBasisPoints(points), []));
                }

                Assert.Null(await rig.RestoreAsync());
                Assert.Equal((before, "v1-1=3 v2-1=4"), (shop.Weights, cart.Weights));
            },
            iter: 200);

    [Fact]
    public async Task At_no_moment_the_canary_has_more_than_the_larger_of_its_shares_before_and_after() =>
        await Shops.Select(Gen.Int[0, 10_000].Array[1, 6]).SampleAsync(
            async pair =>
            {
                var (shop, weights) = (pair.Item1, pair.Item2);
                await using var proxy = new FakeHAProxy(shop);
                var rig = new HAProxyRig(proxy.Socket, new FakeTimeProvider());
                var highest = 0.0;
                proxy.After = () => highest = Math.Max(highest, Share(shop));
                foreach (var points in weights)
                {
                    var before = Share(shop);
                    highest = 0;
                    await rig.ApplyAsync(new TrafficSplit("v1", "v2", CanaryWeight.FromBasisPoints(points), []));
                    Assert.True(highest <= Math.Max(before, Share(shop)) + 1e-9, $"{highest} on the way from {before} to {Share(shop)}");
                }
            },
            iter: 200);

    /// <summary>All requests go to stable, as before a first rollout: whatever is configured counts, and the canary is configured with 0.</summary>
    private static Gen<FakeBackend> Shops { get; } =
        from stable in Gen.Int[1, 256].Array[1, 5]
        from canary in Gen.Int[1, 5]
        from others in Gen.Int[0, 50].Array[0, 2]
        select new FakeBackend(
            "shop",
            [
                .. stable.Select((initial, index) => new FakeServer($"v1-{index}", initial)),
                .. Enumerable.Range(0, canary).Select(index => new FakeServer($"v2-{index}", 0)),
                .. others.Select((initial, index) => new FakeServer($"other-{index}", initial)),
            ]);

    private static double Share(FakeBackend shop) =>
        (double)shop.Servers.Where(server => server.Name.StartsWith("v2", StringComparison.Ordinal)).Sum(server => server.Weight) / shop.Servers.Sum(server => server.Weight);
}
