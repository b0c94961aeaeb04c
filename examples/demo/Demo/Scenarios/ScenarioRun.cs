using CanaryController.Core.Rollouts;
using CanaryController.Examples.Demo.Load;
using CanaryController.Examples.Demo.Processes;
using CanaryController.Examples.Demo.Show;
using CanaryController.Examples.Demo.Watching;
using CanaryController.Resources.Api;

namespace CanaryController.Examples.Demo.Scenarios;

/// <summary>Runs one scenario from the first process to the last.</summary>
internal sealed class ScenarioRun(Scenario scenario, Programs programs, bool keep, IScenarioView view, TimeProvider time)
{
    // The same load each time.
    private const int Seed = 20;

    // Stable's own requests first, so that both versions are known to Prometheus and every program is warm; and some after the end, to see that it is one.
    private static readonly TimeSpan _before = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _after = TimeSpan.FromSeconds(2);

    /// <summary>Runs it and ends everything that it started, whatever happens.</summary>
    /// <exception cref="DemoException">It could not be carried out.</exception>
    public async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        view.Say($"{scenario.Name}: {scenario.Summary}; expected: {scenario.Expected}");
        await using var stage = await Stage.BuildAsync(programs, scenario, keep, time, cancellation);
        if (keep)
        {
            view.Say($"configuration, state and logs stay in {stage.Folder}");
        }

        try
        {
            var result = await PlayAsync(stage, cancellation);
            if (!result.IsAsExpected)
            {
                TellWhatWasLogged(stage);
            }

            return result;
        }
        catch (DemoException)
        {
            TellWhatWasLogged(stage);
            throw;
        }
    }

    private async Task<ScenarioResult> PlayAsync(Stage stage, CancellationToken cancellation)
    {
        await using var load = LoadGenerator.Start(stage.Gateway, scenario.RequestsPerSecond, Seed, time);
        await using var timeline = new WeightTimeline(stage, load, time);
        using var watch = new RolloutWatch(stage.ManagerApi, time);
        await Task.Delay(_before, time, cancellation);
        stage.PutRollout(scenario.Rollout, "v2");
        await stage.StartManagerAsync(cancellation);

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var incident = scenario.Incident?.Invoke(new Incident(stage, watch, timeline, load, view.Say, time), over.Token);
        var (outcome, reason) = await SettleAsync(stage, watch, load, timeline, incident, cancellation);
        var problems = await ProblemsAsync(incident, over);
        await Task.Delay(_after, time, cancellation);
        await load.StopAsync();
        return Evaluation.Of(scenario, outcome, reason, load.Responses.ToList(), timeline.Changes, problems);
    }

    private async Task<(Outcome Outcome, string Reason)> SettleAsync(
        Stage stage, RolloutWatch watch, LoadGenerator load, WeightTimeline timeline, Task? incident, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < scenario.TimeLimit)
        {
            if (stage.Fallen is { } fallen)
            {
                throw new DemoException($"{fallen.Name} ended by itself");
            }

            if (incident is { IsFaulted: true })
            {
                await incident;
            }

            var rollout = await watch.ReadAsync(cancellation);
            view.Update(new Snapshot(load.Elapsed, rollout, timeline.Weight, load.Responses));
            if (rollout is not null && Outcome(rollout) is { } outcome)
            {
                return (outcome, await ReasonAsync(watch, rollout, outcome, cancellation));
            }

            await watch.NextAsync(cancellation);
        }

        return (Scenarios.Outcome.Held, $"no end within {scenario.TimeLimit.TotalSeconds} s");
    }

    private Outcome? Outcome(RolloutView rollout) => rollout.Phase switch
    {
        RolloutPhase.Promoted when rollout.StableRevision == scenario.FinalRevision => Scenarios.Outcome.Promoted,
        RolloutPhase.Aborted when rollout.CanaryRevision == scenario.FinalRevision => Scenarios.Outcome.RolledBack,
        RolloutPhase.Progressing when scenario.Expected is Scenarios.Outcome.Held && HeldLongEnough(rollout) => Scenarios.Outcome.Held,
        RolloutPhase.Invalid => throw new DemoException(string.Join('\n', ["the manager refuses the rollout:", .. rollout.Problems.Select(problem => $"{problem.Path}: {problem.Message}")])),
        _ => null,
    };

    private bool HeldLongEnough(RolloutView rollout) =>
        rollout.StepSince is { } since && time.GetUtcNow() - since > TimeSpan.FromSeconds(rollout.Steps[rollout.Step - 1].HoldSeconds) + scenario.HeldFor;

    private async Task<string> ReasonAsync(RolloutWatch watch, RolloutView rollout, Outcome outcome, CancellationToken cancellation)
    {
        if (outcome is Scenarios.Outcome.Held)
        {
            return string.Join("; ", rollout.WaitingFor);
        }

        var history = await watch.HistoryAsync(cancellation);
        return history.Revisions.FirstOrDefault(revision => revision.Revision == scenario.FinalRevision) is { } ended ? $"{ended.Reason}: {ended.Message}" : rollout.Message;
    }

    private static async Task<IReadOnlyList<string>> ProblemsAsync(Task<IReadOnlyList<string>>? incident, CancellationTokenSource over)
    {
        if (incident is null)
        {
            return [];
        }

        try
        {
            // It sees the same end as we did, a moment later.
            over.CancelAfter(TimeSpan.FromSeconds(10));
            return await incident;
        }
        catch (OperationCanceledException)
        {
            return ["what should have happened in the middle did not come to its end"];
        }
    }

    private void TellWhatWasLogged(Stage stage)
    {
        foreach (var line in stage.LogTails(15))
        {
            view.Say(line);
        }
    }
}
