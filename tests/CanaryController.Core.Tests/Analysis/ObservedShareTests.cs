using CanaryController.Core.Analysis;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Analysis;

public sealed class ObservedShareTests
{
    [Theory]
    [InlineData(10, 2, 20, ShareVerdict.Inconclusive)]
    [InlineData(10, 12, 100, ShareVerdict.Inconclusive)]
    [InlineData(10, 0, 100, ShareVerdict.Inconclusive)]
    [InlineData(10, 0, 2_000, ShareVerdict.Differs)]
    [InlineData(10, 1_010, 10_000, ShareVerdict.AsWanted)]
    [InlineData(10, 2_500, 10_000, ShareVerdict.Differs)]
    [InlineData(50, 400, 1_000, ShareVerdict.Inconclusive)]
    [InlineData(50, 300, 1_000, ShareVerdict.Differs)]
    [InlineData(0, 0, 1_000, ShareVerdict.AsWanted)]
    [InlineData(0, 40, 1_000, ShareVerdict.Differs)]
    [InlineData(100, 1_000, 1_000, ShareVerdict.AsWanted)]
    [InlineData(100, 900, 1_000, ShareVerdict.Differs)]
    public void The_share_is_judged_by_what_chance_and_rounding_explain(int percent, long canary, long all, ShareVerdict expected) =>
        Assert.Equal(expected, new ObservedShare(canary, all).Against(CanaryWeight.FromBasisPoints(percent * 100)));

    [Fact]
    public void A_split_that_is_as_wanted_is_hardly_ever_called_another()
    {
        var random = new Random(5);
        var wrong = 0;
        for (var round = 0; round < 2_000; round++)
        {
            var weight = CanaryWeight.FromBasisPoints(random.Next(1, 9_999));
            var all = random.Next(50, 3_000);
            var canary = Enumerable.Range(0, all).Count(_ => random.NextDouble() < weight.BasisPoints / 10_000.0);
            wrong += new ObservedShare(canary, all).Against(weight) is ShareVerdict.Differs ? 1 : 0;
        }

        Assert.InRange(wrong, 0, 4);
    }

    [Fact]
    public void Nothing_is_said_of_no_requests() => Assert.Equal((null, ShareVerdict.Inconclusive), (new ObservedShare(0, 0).Ratio, new ObservedShare(0, 0).Against(CanaryWeight.Full)));
}
