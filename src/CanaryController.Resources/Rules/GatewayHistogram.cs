using CanaryController.Core.Analysis;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>
/// What the gateway's latency histogram can tell apart. A quantile never exceeds the highest finite bucket, so that a threshold above it could never fire; between two
/// buckets the lower one judges.
/// </summary>
public static class GatewayHistogram
{
    /// <summary>The upper bounds of the finite buckets of <c>canary_gateway_request_duration_seconds</c>, seconds, ascending.</summary>
    public static IReadOnlyList<double> BoundsSeconds { get; } = [.005, .01, .025, .05, .075, .1, .15, .2, .25, .3, .4, .5, .75, 1, 1.5, 2.5, 5, 10];

    /// <summary>The bound that requests are counted against for a limit, seconds: the highest one that is not above it, the lowest one for a limit below all.</summary>
    /// <param name="limitSeconds">The limit of <c>threshold.max</c>, seconds.</param>
    public static double JudgedSeconds(double limitSeconds) => BoundsSeconds.LastOrDefault(bound => bound <= limitSeconds * (1 + 1e-9), BoundsSeconds[0]);

    /// <summary>Adds the rule to each metric of a list.</summary>
    internal static void Add<T>(IRuleBuilderInitialCollection<T, MetricSection> metrics) =>
        metrics.ChildRules(metric => metric.RuleFor(each => each).Custom((each, context) => Check(each, context)));

    private static void Check(MetricSection metric, ValidationContext<MetricSection> context)
    {
        if (metric is not { Measured: MetricKind.RequestDuration, Threshold.Max.Duration: { } max })
        {
            return;
        }

        var (lowest, highest) = (TimeSpan.FromSeconds(BoundsSeconds[0]), TimeSpan.FromSeconds(BoundsSeconds[^1]));
        if (max < lowest || max > highest)
        {
            context.Problem(
                "threshold.max",
                $"the gateway's histogram cannot tell {DurationText.Format(max)}: its buckets go from {DurationText.Format(lowest)} to {DurationText.Format(highest)}",
                $"write {DurationText.Format(max < lowest ? lowest : highest)}, or a limit in between");
            return;
        }

        var judged = TimeSpan.FromSeconds(JudgedSeconds(max.TotalSeconds));
        if (judged != max)
        {
            context.Problem(
                "threshold.max",
                $"requests above {DurationText.Format(judged)} count as slow: the gateway's histogram has no bucket at {DurationText.Format(max)}",
                $"write one of its bounds: {string.Join(", ", BoundsSeconds.Select(bound => DurationText.Format(TimeSpan.FromSeconds(bound))))}",
                Severity.Warning);
        }
    }
}
