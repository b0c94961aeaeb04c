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
    public void The_largest_bound_within_the_threshold_is_chosen(double max, string label) => Assert.Equal(label, Bounds.Choose(max).Label);

    [Theory]
    [InlineData(0.1, MissingBound.BelowEveryBucket)]
    [InlineData(11, MissingBound.AboveTopBucket)]
    public void A_threshold_that_no_bucket_can_tell_says_why(double max, MissingBound reason) =>
        Assert.Equal(new HistogramBound(null, null, reason), Bounds.Choose(max));

    [Fact]
    public void An_unseen_histogram_has_no_bounds() => Assert.Equal(MissingBound.NotSeen, HistogramBounds.NotSeen.Choose(1).Missing);
}
