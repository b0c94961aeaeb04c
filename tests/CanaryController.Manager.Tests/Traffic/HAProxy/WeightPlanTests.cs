using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic.HAProxy;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.HAProxy;

public sealed class WeightPlanTests
{
    private static readonly CanaryWeight _five = CanaryWeight.FromBasisPoints(500);

    [Fact]
    public void With_one_server_each_no_other_weights_come_nearer() => Gen.Int[1, 9_999].Sample(
        points =>
        {
            var wanted = points / 10_000.0;
            var best = (from canary in Enumerable.Range(1, 256) from stable in Enumerable.Range(1, 256) select Math.Abs(((double)canary / (canary + stable)) - wanted)).Min();
            var plan = WeightPlan.For(Versions(Server("v1", 1), Server("v2", 0)), CanaryWeight.FromBasisPoints(points));
            Assert.Equal(best, Math.Abs(plan.Share!.Value - wanted));
        },
        iter: 50);

    [Theory]
    [InlineData(500, "v1-1=247 v2-1=13")]
    [InlineData(5_000, "v1-1=256 v2-1=256")]
    [InlineData(38, "v1-1=256 v2-1=1")]
    [InlineData(0, "v1-1=100 v2-1=0")]
    [InlineData(10_000, "v1-1=0 v2-1=100")]
    public void The_largest_weights_of_those_that_come_equally_near_are_taken(int points, string expected) =>
        Assert.Equal(expected, Text(WeightPlan.For(Versions(Server("v1-1", 100), Server("v2-1", 0)), CanaryWeight.FromBasisPoints(points))));

    [Fact]
    public void Within_a_version_weights_keep_the_configured_proportion() =>
        Assert.Equal("v1-1=256 v1-2=128 v1-3=0 v2-1=128 v2-2=256", Text(WeightPlan.For(
            Versions(Server("v1-1", 100), Server("v1-2", 50), Server("v1-3", 0), Server("v2-1", 10), Server("v2-2", 20)), CanaryWeight.FromBasisPoints(5_000))));

    [Fact]
    public void A_failing_server_of_stable_keeps_its_part_and_one_of_the_canary_gets_nothing_that_its_return_would_add()
    {
        var plan = WeightPlan.For(Versions(Server("v1-1", 1), Server("v1-2", 1, ServerHealth.Down), Server("v2-1", 1), Server("v2-2", 1, ServerHealth.Down)), _five);

        Assert.Equal("v1-1=247 v1-2=247 v2-1=13 v2-2=0", Text(plan));
        Assert.Equal(0.05, plan.Share);
    }

    [Fact]
    public void What_servers_of_neither_version_weigh_counts_and_stays()
    {
        var plan = WeightPlan.For(Versions(Server("v1-1", 1), Server("v2-1", 1), Server("old", 100)), _five);

        Assert.DoesNotContain("old", plan.Weights.Keys);
        Assert.Equal(0.05, plan.Share!.Value, 0.001);
    }

    [Fact]
    public void Many_servers_divide_finer_than_two() => Assert.Equal(0.001, WeightPlan.For(
        Versions([.. Enumerable.Range(1, 10).Select(number => Server($"v1-{number}", 1)), Server("v2-1", 1)]), CanaryWeight.FromBasisPoints(10)).Share!.Value, 0.00001);

    [Fact]
    public void Weights_are_in_bounds_never_all_zero_and_only_of_the_versions() => Backends.Select(Gen.Int[0, 10_000]).Sample((servers, points) =>
    {
        var versions = Versions([.. servers]);
        var plan = WeightPlan.For(versions, CanaryWeight.FromBasisPoints(points));

        Assert.All(plan.Weights.Values, weight => Assert.InRange(weight, 0, 256));
        Assert.NotEqual(0, plan.Weights.Values.Sum());
        Assert.Equal(versions.Stable.Concat(versions.Canary).Select(server => server.Name).Order(), plan.Weights.Keys.Order());
        Assert.True(points < 10_000 ? versions.Stable.Any(server => plan.Weights[server.Name] > 0) : versions.Stable.All(server => plan.Weights[server.Name] == 0));
        Assert.True(points > 0 ? versions.Canary.Any(server => plan.Weights[server.Name] > 0) : versions.Canary.All(server => plan.Weights[server.Name] == 0));
    });

    [Fact]
    public void On_the_way_the_canary_never_has_more_than_before_or_after_and_never_nobody_has_anything() =>
        Backends.Select(Gen.Int[0, 10_000], Gen.Int[0, 10_000]).Sample((servers, from, to) =>
        {
            var now = servers.ToDictionary(server => server.Name, StringComparer.Ordinal);
            Put(now, WeightPlan.For(Versions([.. servers]), CanaryWeight.FromBasisPoints(from)).Weights.Select(pair => new WeightWrite(pair.Key, pair.Value)));
            var versions = Versions([.. now.Values]);
            var plan = WeightPlan.For(versions, CanaryWeight.FromBasisPoints(to));
            var writes = WeightWrites.Of(versions, plan);
            var (before, isLowering) = (versions.Share(server => server.Weight), true);
            foreach (var write in writes.Lowering.Append(default).Concat(writes.Raising))
            {
                if (write == default)
                {
                    isLowering = false;
                    continue;
                }

                Put(now, [write]);
                var moment = Versions([.. now.Values]);
                Assert.NotEqual(0, moment.Stable.Concat(moment.Canary).Sum(server => server.Weight));
                if (moment.Share(server => server.Weight) is { } share)
                {
                    Assert.True(share <= ((isLowering ? before : plan.Share) ?? 1) + 1e-9 || share <= Math.Max(before ?? 0, plan.Share ?? 0) + 1e-9);
                }
            }

            Assert.All(plan.Weights, pair => Assert.Equal(pair.Value, now[pair.Key].Weight));
        });

    [Theory]
    [InlineData("v1", "v2", "v1", true)]
    [InlineData("v1", "v2", "v1-", true)]
    [InlineData("v1", "v2", "v1-eu-1", true)]
    [InlineData("v1", "v2", "v10-1", null)]
    [InlineData("v1", "v2", "v1.1-1", null)]
    [InlineData("v2", "v2-beta", "v2-1", true)]
    [InlineData("v2", "v2-beta", "v2-beta", false)]
    [InlineData("v2", "v2-beta", "v2-beta-1", false)]
    [InlineData("v2-beta", "v2", "v2-beta-1", true)]
    [InlineData("v1", "v2", "backup", null)]
    public void A_server_belongs_to_the_version_whose_name_it_has_and_the_longer_one_counts(string stable, string canary, string server, bool? isStable)
    {
        var versions = BackendVersions.Of(new("shop", "roundrobin", false, [Server(server, 1)]), stable, canary, new HashSet<string>());

        Assert.Equal(isStable is true, versions.Stable.Count == 1);
        Assert.Equal(isStable is false, versions.Canary.Count == 1);
        Assert.Equal(isStable is null, versions.Others.Count == 1);
    }

    /// <summary>At least one server of each version, perhaps one of neither, well or not.</summary>
    internal static Gen<ProxyServer[]> Backends { get; } =
        from stable in Gen.Int[1, 6]
        from canary in Gen.Int[1, 6]
        from others in Gen.Int[0, 2]
        from initial in Gen.Int[0, 256].Array[stable + canary + others]
        from health in Gen.OneOf(Gen.Const(ServerHealth.Up), Gen.Const(ServerHealth.Up), Gen.Const(ServerHealth.Down), Gen.Const(ServerHealth.Out)).Array[stable + canary + others]
        select Enumerable.Range(0, stable + canary + others)
            .Select(index => Server(index < stable ? $"v1-{index}" : index < stable + canary ? $"v2-{index}" : $"other-{index}", initial[index], health[index])).ToArray();

    private static ProxyServer Server(string name, int initial, ServerHealth health = ServerHealth.Up) => new(name, initial, initial, health, false);

    private static BackendVersions Versions(params ProxyServer[] servers) => BackendVersions.Of(new("shop", "roundrobin", false, [.. servers]), "v1", "v2", new HashSet<string>());

    private static void Put(Dictionary<string, ProxyServer> servers, IEnumerable<WeightWrite> writes)
    {
        foreach (var write in writes)
        {
            servers[write.Server] = servers[write.Server] with { Weight = write.Weight };
        }
    }

    private static string Text(WeightPlan plan) => string.Join(' ', plan.Weights.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
}
