using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Telemetry;
using CanaryController.Resources;

namespace CanaryController.Manager.Rollouts;

/// <summary>
/// Brings one rollout as far as it can go now: read, observe, decide, persist, act, announce, and again with what acting changed, so that failing
/// evidence ends in weight 0 within one call. Never called twice at once for a key.
/// </summary>
internal sealed class RolloutReconciler(
    IRolloutResources resources,
    IRolloutStore store,
    RolloutObserver observer,
    EffectExecutor executor,
    IEvidence evidence,
    LiveRollouts live,
    CommandDesk desk,
    ITransitionSignal announcer,
    RolloutMetrics metrics,
    TimeProvider time)
{
    /// <summary>How often one call decides; more than any chain of transitions needs, so reaching it means two parties disagree.</summary>
    public const int MaxPasses = 16;

    /// <summary>Decides about <paramref name="key"/> until nothing changes any more.</summary>
    public async Task<ReconcileOutcome> ReconcileAsync(RolloutKey key, CancellationToken cancellation)
    {
        var answered = new List<string>();
        try
        {
            var last = default(KnownReading?);
            for (var pass = 0; pass < MaxPasses; pass++)
            {
                if (resources.Find(key) is not { Spec: { } spec } resource)
                {
                    Refuse(key, answered);
                    return ReconcileOutcome.AtRest;
                }

                var step = await PassAsync(resource, spec, last, answered, cancellation);
                if (step.Outcome is { } outcome)
                {
                    return outcome;
                }

                last = step.Reading;
            }

            return ReconcileOutcome.Again(time.GetUtcNow());
        }
        finally
        {
            answered.ForEach(desk.Done);
        }
    }

    private async Task<Pass> PassAsync(
        RolloutResource resource, RolloutSpec spec, KnownReading? last, List<string> answered, CancellationToken cancellation)
    {
        var stored = store.Read(resource.Key);
        if (stored.ResourceVersion == 0)
        {
            stored = stored with { State = stored.State with { PhaseSince = time.GetUtcNow() } };
        }

        var command = store.NextCommand(resource.Key);
        var (seen, reading) = await observer.ObserveAsync(resource, spec, stored.State, command, last, cancellation);
        seen = seen with { ExternalAlarm = live.Find(resource.Key).Retreat };
        var decision = RolloutPlanner.Decide(spec, stored.State, seen);
        bool changed;
        try
        {
            changed = Persist(resource.Key, stored, decision, command, seen.Now);
        }
        catch (StoreUnavailableException)
        {
            await RetreatAsync(resource, decision, seen, cancellation);
            throw;
        }

        if (command is not null)
        {
            answered.Add(command.Id);
        }

        if (decision.Forget)
        {
            Forget(resource.Key);
            return new(reading, ReconcileOutcome.AtRest);
        }

        var acted = await executor.ApplyAsync(resource.Target, decision.Effects, cancellation);
        var now = acted.Reading ?? reading;
        Gather(resource, spec, decision.Next);
        Show(resource.Key, decision.Next, seen, now.Reading.Route, acted.Failure);
        var moved = acted.Failure is null && now.Reading.Route != reading.Reading.Route;
        return changed || moved || store.NextCommand(resource.Key) is not null
            ? new(now, null)
            : new(now, ReconcileOutcome.After(decision, acted, now));
    }

    /// <summary>Answers what was asked of a rollout that is gone, so that it is not carried out on a later one of that name.</summary>
    private void Refuse(RolloutKey key, List<string> answered)
    {
        while (store.NextCommand(key) is { } command)
        {
            store.Answer(key, new(command.Id, new(CommandStatus.Refused, "The rollout is gone.")));
            answered.Add(command.Id);
        }
    }

    /// <summary>Writes what changed; nothing when nothing did.</summary>
    private bool Persist(RolloutKey key, StoredRollout stored, Decision decision, RolloutCommand? command, DateTimeOffset now)
    {
        var changed = decision.Next != stored.State || !decision.Transitions.IsEmpty;
        if (!changed && command is null && !decision.Forget)
        {
            return false;
        }

        var answer = command is null ? null : new CommandAnswer(command.Id, decision.Command ?? Unanswered(command));
        var write = new RolloutWrite(key, stored.ResourceVersion, decision.Next, decision.Transitions, answer, now);
        if (decision.Forget)
        {
            store.Forget(write);
        }
        else
        {
            store.Write(write);
        }

        if (!decision.Transitions.IsEmpty)
        {
            announcer.Signal();
        }

        return changed;
    }

    /// <summary>
    /// Users do not wait for a disk: a rollback is carried out although it could not be stored. It is remembered here and decided again until it is stored; a
    /// process that dies meanwhile finds the state before, and the evidence once more. Nothing but a rollback is ever done unstored.
    /// </summary>
    private async Task RetreatAsync(RolloutResource resource, Decision decision, RolloutObservation seen, CancellationToken cancellation)
    {
        if (decision.Next.Phase is not (RolloutPhase.Aborting or RolloutPhase.Aborted))
        {
            return;
        }

        var acted = await executor.ApplyAsync(resource.Target, decision.Effects, cancellation);
        var route = acted.Reading?.Reading.Route ?? seen.Route;
        live.Set(resource.Key, live.Find(resource.Key) with { Seen = seen with { Route = route, Command = null }, Retreat = decision.Next.Message });
        metrics.Show(resource.Key, decision.Next, route.Applied?.Weight);
    }

    private static CommandResult Unanswered(RolloutCommand command) =>
        throw new InvalidOperationException($"The planner left the command {command.Action} ({command.Id}) without an answer.");

    private void Gather(RolloutResource resource, RolloutSpec spec, RolloutState state)
    {
        if (state.Phase.IsUnderWay())
        {
            evidence.Track(new(resource.Key, spec, state, resource.Target));
        }
        else
        {
            evidence.Forget(resource.Key);
        }
    }

    private void Show(RolloutKey key, RolloutState state, RolloutObservation seen, RouteObservation route, string? failure)
    {
        var analysis = seen.Analysis ?? OfAttempt(state, live.Find(key).Seen?.Analysis);
        live.Set(key, new(seen with { Route = route, Analysis = analysis, Command = null }, failure));
        metrics.Show(key, state, route.Applied?.Weight);
    }

    /// <summary>The last judgement stays visible after the end of its attempt, not longer.</summary>
    private static AnalysisObservation? OfAttempt(RolloutState state, AnalysisObservation? analysis) =>
        analysis is not null && analysis.Revision == state.CanaryRevision && analysis.Attempt == state.Attempt ? analysis : null;

    private void Forget(RolloutKey key)
    {
        evidence.Forget(key);
        live.Remove(key);
        resources.Forget(key);
        metrics.Remove(key);
    }

    private readonly record struct Pass(KnownReading Reading, ReconcileOutcome? Outcome);
}
