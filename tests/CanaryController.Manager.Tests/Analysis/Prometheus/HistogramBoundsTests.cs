using CanaryController.Core.Analysis;
using CanaryController.Manager.Analysis.Prometheus;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

public sealed class HistogramBoundsTests
{
    private static readonly HistogramBounds Bounds = HistogramBounds.FromLabels(["10", "+Inf", "0.5", "0.25", "x", "1.0"]);

    [Theory]
    [InlineData(0.25, "0.25")]
    [InlineData(0.3, "0.25")]
    [InlineData(0.999, "0.5")]
    [InlineData(1, "1.0")]
    [InlineData(10, "10")]
    public void The_largest_bound_within_the_threshold_is_chosen(double max, string label) => Assert.Equal([label], Bounds.Choose(max).Labels);

    [Theory]
    [InlineData(0.1, MissingBound.BelowEveryBucket)]
    [InlineData(11, MissingBound.AboveTopBucket)]
    public void A_threshold_that_no_bucket_can_tell_says_why(double max, MissingBound reason) =>
        Assert.Equal(new HistogramBound(null, [], reason), Bounds.Choose(max));

    [Fact]
    public void A_bound_that_the_versions_write_in_two_ways_is_one_bound()
    {
        var (canary, stable) = (HistogramBounds.FromLabels(["0.5", "1.0", "+Inf"]), HistogramBounds.FromLabels(["0.5", "1", "5", "+Inf"]));
        Assert.Equal(new HistogramBound(1, ["1", "1.0"], MissingBound.NotSeen), canary.Intersect(stable).Choose(1));
        Assert.Equal(new HistogramBound(1, ["1", "1.0"], MissingBound.NotSeen), canary.Union(stable).Choose(3));
        Assert.Equal(new HistogramBound(0.5, ["0.5"], MissingBound.NotSeen), canary.Intersect(stable).Choose(0.7));
    }

    [Fact]
    public void An_unseen_histogram_has_no_bounds() => Assert.Equal(MissingBound.NotSeen, HistogramBounds.NotSeen.Choose(1).Missing);
}
