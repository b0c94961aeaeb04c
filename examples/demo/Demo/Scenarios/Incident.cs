using CanaryController.Core.Rollouts;
using CanaryController.Examples.Demo.Load;
using CanaryController.Examples.Demo.Processes;
using CanaryController.Examples.Demo.Watching;
using CanaryController.Resources.Api;

namespace CanaryController.Examples.Demo.Scenarios;

/// <summary>What happens in the middle of some scenarios, and what must be seen of it.</summary>
/// <param name="Stage">The programs.</param>
/// <param name="Watch">The rollout.</param>
/// <param name="Timeline">The weights.</param>
/// <param name="Load">The clock.</param>
/// <param name="Say">Tells people.</param>
/// <param name="Time">Waits.</param>
internal sealed record Incident(Stage Stage, RolloutWatch Watch, WeightTimeline Timeline, LoadGenerator Load, Action<string> Say, TimeProvider Time)
{
    /// <summary>Prometheus is gone for longer than the step's hold: the weight must not move meanwhile.</summary>
    public static async Task<IReadOnlyList<string>> PrometheusDownAsync(Incident incident, CancellationToken cancellation)
    {
        await incident.Watch.UntilAsync(rollout => rollout is { Step: 2, StepSince: not null }, cancellation);
        await incident.Stage.Prometheus.StopAsync();
        var weight = incident.Timeline.Weight;
        var from = incident.Load.Elapsed.TotalSeconds;
        incident.Say($"Prometheus is stopped; the canary has {weight:0.##} %");
        await Task.Delay(TimeSpan.FromSeconds(20), incident.Time, cancellation);

        var until = incident.Load.Elapsed.TotalSeconds;
        await incident.Stage.StartPrometheusAsync(cancellation);
        incident.Say("Prometheus is back");
        return [.. incident.Timeline.Changes
            .Where(change => change.Seconds > from && change.Seconds < until)
            .Select(change => $"the weight went from {weight} % to {change.Weight} % while Prometheus was down")];
    }

    /// <summary>The manager is killed twice: it must go on where it was, and announce nothing twice.</summary>
    public static async Task<IReadOnlyList<string>> CrashAsync(Incident incident, CancellationToken cancellation)
    {
        foreach (var step in (int[])[2, 3])
        {
            await incident.Watch.UntilAsync(rollout => rollout.Step == step, cancellation);
            await incident.Stage.Manager.KillAsync();
            incident.Say($"the manager is killed at step {step}");
            await Task.Delay(TimeSpan.FromSeconds(2), incident.Time, cancellation);
            await incident.Stage.StartManagerAsync(cancellation);
            incident.Say("the manager is back");
        }

        await incident.Watch.UntilAsync(rollout => rollout.Phase is RolloutPhase.Promoted or RolloutPhase.Aborted, cancellation);
        return [.. AnnouncedTwice(await incident.Watch.HistoryAsync(cancellation)), .. Falls(incident.Timeline.Changes)];
    }

    /// <summary>A newer revision comes before the present one is judged: that one starts from weight 0.</summary>
    public static async Task<IReadOnlyList<string>> SupersedeAsync(Incident incident, CancellationToken cancellation)
    {
        await incident.Watch.UntilAsync(rollout => rollout is { Step: 2, StepSince: not null }, cancellation);
        await Task.Delay(TimeSpan.FromSeconds(2), incident.Time, cancellation);
        var before = incident.Timeline.Changes.Count;
        incident.Stage.PutRollout("rollout.yaml", "v3");
        incident.Say("v3 takes the place of v2");

        await incident.Watch.UntilAsync(rollout => rollout is { StableRevision: "v3" } || (rollout.Phase is RolloutPhase.Aborted && rollout.CanaryRevision == "v3"), cancellation);
        var history = await incident.Watch.HistoryAsync(cancellation);
        List<string> problems = [];
        if (!history.Revisions.Any(revision => revision is { Revision: "v2", Outcome: RevisionOutcome.Superseded }))
        {
            problems.Add("v2 does not stand in the history as superseded");
        }

        if (incident.Timeline.Changes.Skip(before).FirstOrDefault() is not { Weight: 0 })
        {
            problems.Add("v3 did not start from weight 0");
        }

        return problems;
    }

    private static IEnumerable<string> AnnouncedTwice(HistoryView history)
    {
        foreach (var twice in history.Events.GroupBy(seen => (seen.To, seen.Step, seen.Reason, seen.Revision)).Where(group => group.Count() > 1))
        {
            yield return $"announced {twice.Count()} times: {twice.First().Message}";
        }

        var sequences = history.Events.Select(seen => seen.Sequence).Order().ToList();
        if (!sequences.SequenceEqual(Enumerable.Range(0, sequences.Count).Select(index => sequences[0] + index)))
        {
            yield return $"the transitions' sequence has gaps or doubles: {string.Join(", ", sequences)}";
        }
    }

    private static IEnumerable<string> Falls(IReadOnlyList<WeightChange> changes) =>
        changes.Zip(changes.Skip(1)).Where(pair => pair.Second.Weight < pair.First.Weight)
            .Select(pair => $"the weight fell from {pair.First.Weight} % to {pair.Second.Weight} %");
}
