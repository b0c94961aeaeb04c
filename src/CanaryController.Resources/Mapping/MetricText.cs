using System.Globalization;
using CanaryController.Core.Analysis;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Mapping;

/// <summary>Metrics as people read them. Values come in base units: ratios; limits in ratios and seconds.</summary>
public static class MetricText
{
    /// <summary>What is asked of a metric: <c>min 99 %</c>, <c>p99 max 500 ms, at most 1.2x stable</c>, <c>min 10, max 20</c>.</summary>
    public static string Threshold(MetricSpec metric)
    {
        var limits = new List<string>();
        if (metric.Min is { } min)
        {
            limits.Add($"min {Limit(metric.Kind, min)}");
        }

        if (metric.Max is { } max)
        {
            limits.Add($"max {Limit(metric.Kind, max)}");
        }

        if (metric.TolerateRatio is { } tolerated)
        {
            limits.Add($"at most {Short(tolerated)}x stable");
        }

        return metric.Kind is MetricKind.RequestDuration ? $"{Quantile(metric.Quantile)} {string.Join(", ", limits)}" : string.Join(", ", limits);
    }

    /// <summary>A measured value as <see cref="MetricJudgement.Value"/> holds it: <c>99.20 %</c>, <c>98.90 % within 500 ms</c>, <c>12.5</c>; a dash for none.</summary>
    /// <param name="metric">What was measured.</param>
    /// <param name="value">The value.</param>
    /// <param name="boundSeconds">For durations: the bucket bound that it was judged by; null = the gateway's for this limit.</param>
    public static string Value(MetricSpec metric, double? value, double? boundSeconds = null) => value is not { } known || !double.IsFinite(known)
        ? "-"
        : metric.Kind switch
        {
            MetricKind.RequestSuccessRate => Percent(known),
            MetricKind.RequestDuration => metric.Max is { } max ? $"{Percent(known)} within {Seconds(boundSeconds ?? GatewayHistogram.JudgedSeconds(max))}" : Percent(known),
            MetricKind.Query => Short(known),
        };

    /// <summary>Stable's value beside the canary's: for durations the share alone, since the bound is the same.</summary>
    public static string StableValue(MetricSpec metric, double? value) => Value(metric with { Max = metric.Kind is MetricKind.RequestDuration ? null : metric.Max }, value);

    /// <summary>A quantile's usual name: <c>p99</c>, <c>p99.9</c>.</summary>
    public static string Quantile(double quantile) => $"p{Short(quantile * 100)}";

    /// <summary>Rounded down to 0.01, so that 99.996 % is never shown as 100.00 %; the small addition undoes what binary fractions lose.</summary>
    private static string Percent(double ratio) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor((ratio * 10_000) + 1e-7) / 100:0.00} %");

    private static string Limit(MetricKind kind, double value) => kind switch
    {
        MetricKind.RequestSuccessRate => $"{Short(value * 100)} %",
        MetricKind.RequestDuration => Seconds(value),
        MetricKind.Query => Short(value),
    };

    private static string Seconds(double seconds) => Math.Abs(seconds) switch
    {
        < 0.001 and > 0 => $"{Short(seconds * 1_000_000)} us",
        < 1 => $"{Short(seconds * 1_000)} ms",
        < 120 => $"{Short(seconds)} s",
        _ => $"{Short(seconds / 60)} min",
    };

    /// <summary>At most four digits that count, never in exponents below a million.</summary>
    private static string Short(double value)
    {
        if (value == 0 || Math.Abs(value) is >= 1e15 or < 1e-9)
        {
            return value.ToString("G4", CultureInfo.InvariantCulture);
        }

        var digits = Math.Clamp(3 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 12);
        return Math.Round((decimal)value, digits).ToString("0.############", CultureInfo.InvariantCulture);
    }
}
