using CanaryController.Examples.Shop;

namespace CanaryController.EndToEnd.Tests;

/// <summary>The sample shop behaves as its options say.</summary>
public sealed class ShopTests
{
    [Theory]
    [InlineData(false, 1, 4)]
    [InlineData(true, 1, 16)]
    public void The_fault_multiplies_the_99th_percentile_and_leaves_the_median(bool faulty, double medianRatio, double slowestRatio)
    {
        var model = new LatencyModel(10, 4);
        var random = new Random(1);

        var drawn = Enumerable.Range(0, 100_000).Select(_ => model.Draw(random, faulty).TotalMilliseconds).Order().ToList();

        Assert.Equal(10 * medianRatio, drawn[50_000], 10 * medianRatio * 0.05);
        Assert.Equal(10 * slowestRatio, drawn[99_000], 10 * slowestRatio * 0.1);
    }

    [Fact]
    public void The_share_of_failing_requests_is_the_one_asked_for()
    {
        var shelf = new Shelf(new ShopOptions(0, "v1", new LatencyModel(0, 1), 0, 5, TimeSpan.Zero, 1), TimeProvider.System);

        Assert.Equal(5_000, Enumerable.Range(0, 100_000).Count(_ => shelf.Next().Fails), 250.0);
    }

    [Fact]
    public void A_fault_that_comes_later_is_not_there_before()
    {
        var shelf = new Shelf(new ShopOptions(0, "v1", new LatencyModel(0, 1), 0, 100, TimeSpan.FromHours(1), 1), TimeProvider.System);

        Assert.DoesNotContain(Enumerable.Range(0, 1000), _ => shelf.Next().Fails);
    }
}
