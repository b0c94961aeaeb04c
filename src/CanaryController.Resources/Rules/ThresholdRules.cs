using CanaryController.Core.Analysis;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>What limits a metric may have: percent, durations or plain numbers, by what it measures.</summary>
internal static class ThresholdRules
{
    public static void Check(MetricSection metric, ValidationContext<MetricSection> context)
    {
        if (metric.Threshold is not { } threshold)
        {
            if (metric.Measured is MetricKind.RequestDuration && metric.Compare is not null)
            {
                context.Problem("threshold", "what is slow is not said: latencies are compared by the share of requests slower than threshold.max", $"write {Example(metric.Measured)}", isAbsence: true);
            }
            else if (metric.Compare is null)
            {
                context.Problem("threshold", "nothing is asked of the metric", $"write {Example(metric.Measured)}{(metric.Measured is MetricKind.RequestSuccessRate ? ", or compare: {to: Stable}" : "")}", isAbsence: true);
            }

            return;
        }

        if (threshold is { Min: null, Max: null })
        {
            context.Problem("threshold", "the threshold has no limit", $"write {Example(metric.Measured)}", isAbsence: true);
        }

        switch (metric.Measured)
        {
            case MetricKind.RequestSuccessRate:
                SuccessRate(threshold, context);
                break;
            case MetricKind.RequestDuration:
                Latency(threshold, context);
                break;
            case MetricKind.Query:
                Query(threshold, context);
                break;
            case null:
                break;
        }
    }

    private static void SuccessRate(ThresholdSection threshold, ValidationContext<MetricSection> context)
    {
        if (threshold.Max is not null)
        {
            context.Problem("threshold.max", "a success rate cannot be too high", "leave it out; write min");
        }

        switch (threshold.Min)
        {
            case { Duration: not null } limit:
                context.Problem("threshold.min", $"{limit} is a duration; a success rate is percent", "write 99");
                break;
            case { Number: > 0 and <= 1 } limit:
                context.Problem("threshold.min", $"{limit} % would let nearly every request fail; success rates are percent", limit.Number * 100 is > 1 and < 100 and var percent ? $"write {percent:0.####}" : "write percent, above 1 and below 100, like 99");
                break;
            case { Number: <= 0 or >= 100 } limit:
                context.Problem("threshold.min", $"{limit} is out of range", "write percent, above 1 and below 100, like 99");
                break;
            default:
                break;
        }
    }

    private static void Latency(ThresholdSection threshold, ValidationContext<MetricSection> context)
    {
        if (threshold.Min is not null)
        {
            context.Problem("threshold.min", "a response cannot be too fast", "leave it out; write max");
        }

        switch (threshold.Max)
        {
            case { Number: { } number }:
                context.Problem("threshold.max", $"{number} has no unit", number > 0 && decimal.Truncate(number) == number ? $"write {number}ms for milliseconds or {number}s for seconds" : "write a duration like 500ms");
                break;
            case { Duration: { } duration } when duration < TimeSpan.FromMilliseconds(1) || duration > TimeSpan.FromMinutes(10):
                context.Problem("threshold.max", $"{DurationText.Format(duration)} is out of range", "write 1ms to 10m");
                break;
            default:
                break;
        }
    }

    private static void Query(ThresholdSection threshold, ValidationContext<MetricSection> context)
    {
        foreach (var (name, limit) in new[] { ("min", threshold.Min), ("max", threshold.Max) })
        {
            if (limit?.Duration is { } duration)
            {
                context.Problem($"threshold.{name}", $"{limit} is a duration; the limit of a query is a plain number", $"write {(decimal)duration.TotalSeconds} if the query gives seconds");
            }
        }

        if (threshold is { Min.Number: { } min, Max.Number: { } max } && min > max)
        {
            context.Problem("threshold.min", $"min ({min}) is above max ({max}): nothing can be within", "swap them");
        }
    }

    private static string Example(MetricKind? measured) => measured switch
    {
        MetricKind.RequestDuration => "threshold: {max: 500ms}",
        MetricKind.RequestSuccessRate or null => "threshold: {min: 99}",
        MetricKind.Query => "threshold: {min: 10}",
    };
}
