using System.Globalization;

namespace CanaryController.Core.Analysis;

/// <summary>Numbers as people read them, the same in every culture.</summary>
internal static class Wording
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary><c>1,224</c>.</summary>
    public static string Count(long count) => count.ToString("N0", Culture);

    /// <summary><c>1,224 requests</c>, <c>1 request</c>.</summary>
    public static string Requests(long count) => count == 1 ? "1 request" : $"{Count(count)} requests";

    /// <summary>A limit that was written in percent: <c>99 %</c>, <c>99.95 %</c>.</summary>
    public static string Limit(double share) => $"{(share * 100).ToString("0.######", Culture)} %";

    /// <summary>A share of requests, to as many digits as tell it from 0 and from 1: <c>95.10 %</c>, <c>99.9987 %</c>.</summary>
    public static string Share(double share)
    {
        var rest = Math.Min(share, 1 - share);
        var digits = rest <= 0 ? 2 : (int)Math.Clamp(Math.Ceiling(-Math.Log10(rest * 100)) + 1, 2, 8);
        return $"{(share * 100).ToString("F" + digits, Culture)} %";
    }

    /// <summary>A ratio: <c>2.9</c>, <c>140</c>.</summary>
    public static string Ratio(double ratio) => ratio.ToString(ratio < 10 ? "0.##" : "N0", Culture);

    /// <summary>A value of the user's own.</summary>
    public static string Number(double value) => value.ToString("G6", Culture);

    /// <summary><c>250 ms</c>, <c>12 s</c>, <c>4 min</c>, <c>1.5 h</c>.</summary>
    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 1 } => $"{duration.TotalMilliseconds.ToString("0.###", Culture)} ms",
        { TotalMinutes: < 2 } => $"{duration.TotalSeconds.ToString("0.#", Culture)} s",
        { TotalHours: < 2 } => $"{duration.TotalMinutes.ToString("0", Culture)} min",
        _ => $"{duration.TotalHours.ToString("0.#", Culture)} h",
    };

    /// <summary>
    /// Evidence E as odds: that a tolerable canary ever shows as much has a chance of 1/E at most (Ville's inequality). <c>the odds that this is chance are below 1 in 25,000</c>.
    /// </summary>
    public static string Odds(double log10Evidence) => log10Evidence < 15
        ? $"the odds that this is chance are below 1 in {Count((long)Math.Pow(10, log10Evidence))}"
        : $"the odds that this is chance are below 1 in 10^{Math.Floor(log10Evidence).ToString("0", Culture)}";
}
