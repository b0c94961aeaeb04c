using CanaryController.Examples.Demo.Load;
using CanaryController.Examples.Demo.Watching;

namespace CanaryController.Examples.Demo.Scenarios;

/// <summary>Draws a scenario's result from what was recorded. Pure.</summary>
internal static class Evaluation
{
    /// <summary>The result.</summary>
    public static ScenarioResult Of(
        Scenario scenario, Outcome outcome, string reason, IReadOnlyList<ResponseRecord> responses, IReadOnlyList<WeightChange> timeline, IEnumerable<string> problems)
    {
        var byVersion = responses.Where(response => response.Version is not null)
            .GroupBy(response => response.Version!)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => VersionSummary.Of([.. group]), StringComparer.Ordinal);
        var lost = responses.Count(response => response.LostByRouting);
        return new ScenarioResult
        {
            Scenario = scenario.Name,
            Expected = scenario.Expected,
            Outcome = outcome,
            Reason = reason,
            Timeline = timeline,
            SecondsToRollback = outcome is Outcome.RolledBack ? SecondsToRollback(scenario, responses, timeline) : null,
            Requests = new RequestCounts(responses.Count, byVersion.ToDictionary(version => version.Key, version => version.Value.Failed, StringComparer.Ordinal), lost),
            Problems = [.. problems, .. Lost(lost), .. outcome is Outcome.RolledBack ? AfterRollback(scenario, responses, timeline) : []],
            Versions = byVersion,
        };
    }

    private static double? SecondsToRollback(Scenario scenario, IReadOnlyList<ResponseRecord> responses, IReadOnlyList<WeightChange> timeline)
    {
        var ofCanary = responses.Where(response => response.Version == scenario.FinalRevision).ToList();
        if (ofCanary.Count == 0)
        {
            return null;
        }

        var begins = ofCanary.Min(response => response.Sent) + scenario.HealthyFor;
        var failing = ofCanary.Where(response => response.Sent >= begins && (scenario.SlowerThan is { } limit ? response.Latency > limit : response.FailedByVersion)).ToList();
        return failing.Count > 0 && timeline is [.., { Weight: 0 } zero]
            ? Math.Round(zero.Seconds - failing.Min(response => response.Ended).TotalSeconds, 2)
            : null;
    }

    private static IEnumerable<string> Lost(int lost)
    {
        if (lost > 0)
        {
            yield return $"{lost} requests were lost by routing itself";
        }
    }

    // A request that was sent after the gateway had shown weight 0 is routed by it.
    private static IEnumerable<string> AfterRollback(Scenario scenario, IReadOnlyList<ResponseRecord> responses, IReadOnlyList<WeightChange> timeline)
    {
        if (timeline is not [.., { Weight: 0 } zero])
        {
            yield return "the gateway's weight is not 0 after the rollback";
            yield break;
        }

        var late = responses.Count(response => response.Version == scenario.FinalRevision && response.Sent.TotalSeconds > zero.Seconds + 0.01);
        if (late > 0)
        {
            yield return $"{late} requests reached {scenario.FinalRevision} after the rollback";
        }
    }
}
