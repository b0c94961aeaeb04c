using CanaryController.Examples.Demo.Scenarios;

namespace CanaryController.Examples.Demo.Show;

/// <summary>What was seen, for people.</summary>
internal static class Summary
{
    /// <summary>The lines of one scenario.</summary>
    public static IEnumerable<string> Lines(ScenarioResult result)
    {
        yield return $"{result.Scenario}: {result.Outcome}{(result.Outcome == result.Expected ? ", as it must" : $", but it must end {result.Expected}")}";
        yield return Line("why", result.Reason);
        yield return Line("the canary's weight", string.Join(" -> ", result.Timeline.Select(change => $"{change.Weight:0.##} %")));
        foreach (var (version, met) in result.Versions)
        {
            yield return Line(
                $"users met of {version}",
                $"{met.Requests:N0} responses, {met.Failed:N0} failed ({100.0 * met.Failed / met.Requests:0.0} %), median {met.Median.TotalMilliseconds:0} ms, p99 {met.Slowest.TotalMilliseconds:0} ms");
        }

        if (result.SecondsToRollback is { } seconds)
        {
            yield return Line("first failing response -> weight 0", $"{seconds:0.0} s");
        }

        yield return Line("requests lost by routing itself", $"{result.Requests.LostByRouting} of {result.Requests.Total:N0}");
        foreach (var problem in result.Problems)
        {
            yield return Line("WRONG", problem);
        }
    }

    private static string Line(string what, string value) => $"  {what,-36}{value}";
}
