namespace CanaryController.Core.Analysis;

/// <summary>Which version a count belongs to.</summary>
public enum Arm
{
    /// <summary>The version that is judged.</summary>
    Canary,

    /// <summary>The version it is compared with.</summary>
    Stable,
}

/// <summary>
/// One raw counter of one scrape target. Each reset-corrected increase adds <paramref name="TotalSign"/> times itself to the arm's requests and
/// <paramref name="BadSign"/> times itself to its bad ones. Success rate: every code +1/0, server errors +1/+1. Duration: <c>le="+Inf"</c> +1/+1,
/// <c>le=bound</c> 0/-1; these two count together or not at all.
/// </summary>
/// <param name="Metric">The metric's name in the plan.</param>
/// <param name="Arm">The version.</param>
/// <param name="Target">What was scraped; a counter that first appears on a target already known counts from 0.</param>
/// <param name="Labels">The rest of the label set, without <c>le</c>: tells the counters of a target apart, and is the same for both buckets of a histogram.</param>
/// <param name="TotalSign">+1, 0 or -1.</param>
/// <param name="BadSign">+1, 0 or -1.</param>
public readonly record struct CounterSeries(string Metric, Arm Arm, string Target, string Labels, int TotalSign, int BadSign);

/// <summary>One sample of a raw counter.</summary>
/// <param name="Series">The counter.</param>
/// <param name="TimestampMs">When it was scraped, milliseconds since the Unix epoch.</param>
/// <param name="Value">Its value: events since the process started, from 0 to 2^50. Anything else is taken for no sample.</param>
public readonly record struct CounterSample(CounterSeries Series, long TimestampMs, double Value);
