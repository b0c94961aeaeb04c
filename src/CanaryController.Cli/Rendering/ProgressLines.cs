using CanaryController.Cli.Watching;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.Cli.Rendering;

/// <summary>What changed between two frames, a line each: what a log of a pipeline should hold. Pure.</summary>
internal static class ProgressLines
{
    /// <summary>The lines, oldest first; the present state when there was no frame before.</summary>
    public static IEnumerable<string> Between(WatchFrame? before, WatchFrame now, TimeZoneInfo zone)
    {
        var view = now.View;
        if (before is null)
        {
            yield return Line(now.At, zone, view.Name, view.Phase, Revisions(view), view.Step, view.Steps.Count, view.WantedWeightPercent, view.Message);
        }
        else
        {
            var seen = before.History.Events.Select(transition => transition.Sequence).DefaultIfEmpty(long.MinValue).Max();
            foreach (var transition in now.History.Events.Where(transition => transition.Sequence > seen).Reverse())
            {
                var message = transition.Actor is { } actor ? $"{transition.Message} ({actor})" : transition.Message;
                yield return Line(transition.At, zone, transition.Name, transition.To, transition.Revision, transition.Step, view.Steps.Count, transition.WeightPercent, message);
            }
        }

        // A promoted canary is stable: its weight as a canary is 0 again, which would read as if it had lost its traffic.
        if (view.Phase is not RolloutPhase.Promoted && view.ObservedWeightPercent is { } observed && (before is null ? observed != view.WantedWeightPercent : observed != before.View.ObservedWeightPercent))
        {
            yield return $"{Humanize.Clock(now.At, zone)} {view.Name} router carries {Humanize.Percent(observed)}";
        }

        foreach (var metric in view.Metrics.Where(metric => metric.Verdict is not null && metric.Verdict != VerdictBefore(before, metric.Name)))
        {
            yield return $"{Humanize.Clock(now.At, zone)} {view.Name} metric {metric.Name} {metric.Verdict}{Value(metric)}: {metric.Message}";
        }

        foreach (var problem in view.Problems.Where(problem => before is null || !before.View.Problems.Contains(problem)))
        {
            yield return $"{Humanize.Clock(now.At, zone)} {view.Name} problem {problem.Path}: {problem.Message}";
        }
    }

    private static Verdict? VerdictBefore(WatchFrame? before, string metric) =>
        before?.View.Metrics.FirstOrDefault(candidate => candidate.Name == metric)?.Verdict;

    private static string Value(MetricView metric) => metric.Value is { } value ? $" {value} ({metric.Threshold})" : $" ({metric.Threshold})";

    private static string Line(DateTimeOffset at, TimeZoneInfo zone, string name, RolloutPhase phase, string? revision, int step, int steps, decimal weight, string message) =>
        $"{Humanize.Clock(at, zone)} {name} {phase}{(revision is null ? "" : " " + revision)}{(step > 0 ? $" step {step}/{steps}" : "")} weight {Humanize.Percent(weight)}: {message}";

    private static string? Revisions(RolloutView view) => view switch
    {
        { StableRevision: { } stable, CanaryRevision: { } canary } when stable != canary => $"{stable} -> {canary}",
        { CanaryRevision: { } canary } => canary,
        _ => view.StableRevision,
    };
}
