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
    RolloutLeaver leaver,
    IEvidence evidence,
    IGates gates,
    LiveRollouts live,
    CommandDesk desk,
    ITransitionSignal announcer,
    UnderWayLimit limit,
    RolloutMetrics metrics,
    TimeProvider time)
{
    /// <summary>How often one call decides; more than any chain of transitions needs, so reaching it means two parties disagree.</summary>
    public const int MaxPasses = 16;

    /// <summary>How many commands of a rollout that is gone are refused in one call.</summary>
    private const int MaxRefusals = 100;

    /// <summary>Decides about <paramref name="key"/> until nothing changes any more.</summary>
    public async Task<ReconcileOutcome> ReconcileAsync(RolloutKey key, CancellationToken cancellation)
    {
        var answered = new List<string>();
        try
        {
            var last = default(KnownReading?);
            for (var pass = 0; pass < MaxPasses; pass++)
            {
                var resource = resources.Find(key);
                if (resource is not { Spec: { } spec, IsLeft: false })
                {
                    return await RestAsync(key, resource, answered, cancellation);
                }

                var step = await PlacedAsync(resource, spec, last, answered, cancellation);
                if (step.Outcome is { } outcome)
                {
                    return outcome;
                }

                last = step.Reading;
            }

            return new ReconcileOutcome(null, Backoff.LongestForRouter);
        }
        finally
        {
            answered.ForEach(desk.Done);
        }
    }

    /// <summary>
    /// Nothing can be decided about what is gone, was released, or never was valid. One that is deleted, and of which nothing is left to give back, goes; one that is to be released so is left.
    /// </summary>
    private async Task<ReconcileOutcome> RestAsync(RolloutKey key, RolloutResource? resource, List<string> answered, CancellationToken cancellation)
    {
        await RefuseAsync(key, resource is { IsLeft: true } ? "The rollout was released; adopt it to go on." : "The rollout is gone, or never was valid.", answered, cancellation);
        if (resource is { Deleted: false } and ({ Released: false } or { IsLeft: true }))
        {
            var state = store.Read(key).State;
            if (resource.IsLeft)
            {
                Forget(key);
                state = RolloutRelease.Of(state, time.GetUtcNow()).Next;
            }

            await store.ShowAsync(new(resource, state, null, [], null), cancellation);
            return ReconcileOutcome.AtRest;
        }

        if (resource is not null)
        {
            var stored = store.Read(key);
            var last = new RolloutWrite(key, stored.ResourceVersion, stored.State, [], null, time.GetUtcNow()) { Shown = new(resource, stored.State, null, [], null) };
            await store.ForgetAsync(last, cancellation);
        }

        Forget(key);
        var isSettled = await store.SettleAsync(key, cancellation) && store.NextCommand(key) is null;
        return isSettled ? ReconcileOutcome.AtRest : new(null, Backoff.LongestAfterFailure);
    }

    /// <summary>A place that was taken for a start is the rollout's own once that is stored, and free again otherwise.</summary>
    private async Task<Pass> PlacedAsync(RolloutResource resource, RolloutSpec spec, KnownReading? last, List<string> answered, CancellationToken cancellation)
    {
        try
        {
            return await PassAsync(resource, spec, last, answered, cancellation);
        }
        finally
        {
            limit.Release(resource.Key);
        }
    }

    private async Task<Pass> PassAsync(
        RolloutResource resource, RolloutSpec spec, KnownReading? last, List<string> answered, CancellationToken cancellation)
    {
        var stored = store.Read(resource.Key);
        if (stored.IsNew)
        {
            stored = stored with { State = stored.State with { PhaseSince = time.GetUtcNow() } };
        }

        var command = store.NextCommand(resource.Key);
        var observed = await observer.ObserveAsync(resource, spec, stored.State, command, last, cancellation);
        var seen = observed.Seen with { ExternalAlarm = live.Find(resource.Key).Retreat };
        var decision = RolloutPlanner.Decide(observed.Spec, stored.State, seen);
        if (decision.Forget && await leaver.LeaveAsync(resource, decision.Next, cancellation) is { } left)
        {
            Show(resource.Key, decision.Next, seen, observed.Route.Reading.Route, left);
            await store.ShowAsync(Shown(resource, observed, stored.State, seen, left), cancellation);
            return new(null, new ReconcileOutcome(null, Backoff.LongestForRouter));
        }

        bool changed;
        try
        {
            changed = await PersistAsync(resource, stored, observed, decision, command, cancellation);
        }
        catch (Exception failure) when (failure is not (StaleStateException or OperationCanceledException))
        {
            await RetreatAsync(resource, observed, decision, seen, cancellation);
            throw;
        }

        limit.Note(stored.State, decision.Next, seen.Now);
        if (command is not null)
        {
            answered.Add(command.Id);
        }

        if (decision.Forget)
        {
            Forget(resource.Key);
            return new(observed.Route, ReconcileOutcome.AtRest);
        }

        return await ActAsync(resource, observed, decision, seen, changed, cancellation);
    }

    private async Task<Pass> ActAsync(
        RolloutResource resource, Observed observed, Decision decision, RolloutObservation seen, bool changed, CancellationToken cancellation)
    {
        var acted = await executor.ApplyAsync(observed, resource, decision, cancellation);
        var now = acted.Reading ?? observed.Route;
        Gather(resource, observed.Spec, decision.Next);
        gates.Track(resource.Key, decision.Next, RolloutGates.Asked(observed.Spec, decision.Next, seen with { Route = now.Reading.Route }));
        var failure = acted.Failure ?? observed.Workload.Problem;
        Show(resource.Key, decision.Next, seen, now.Reading.Route, failure);
        var moved = acted.Failure is null && now.Reading.Route != observed.Route.Reading.Route;
        if (changed || moved || acted.Changed || store.NextCommand(resource.Key) is not null)
        {
            return new(now, null);
        }

        await store.ShowAsync(Shown(resource, observed with { Route = now }, decision.Next, seen, failure), cancellation);
        var outcome = resource.IsRemains ? new(null, Backoff.LongestForRouter) : ReconcileOutcome.After(decision, acted, now);
        return new(now, outcome.AtLatest(live.Find(resource.Key).CalledAt(time.GetUtcNow())));
    }

    /// <summary>Answers what was asked of a rollout that is not led, so that it is not carried out on a later one of that name.</summary>
    private async Task RefuseAsync(RolloutKey key, string why, List<string> answered, CancellationToken cancellation)
    {
        for (var count = 0; count < MaxRefusals && store.NextCommand(key) is { } command; count++)
        {
            await store.AnswerAsync(key, new(command.Id, new(CommandStatus.Refused, why)), cancellation);
            answered.Add(command.Id);
        }
    }

    /// <summary>Writes what changed; nothing when nothing did.</summary>
    private async Task<bool> PersistAsync(
        RolloutResource resource, StoredRollout stored, Observed observed, Decision decision, RolloutCommand? command, CancellationToken cancellation)
    {
        var changed = decision.Next != stored.State || !decision.Transitions.IsEmpty;
        if (!changed && command is null && !decision.Forget)
        {
            return false;
        }

        var answer = command is null ? null : new CommandAnswer(command.Id, decision.Command ?? Unanswered(command));
        var write = new RolloutWrite(resource.Key, stored.ResourceVersion, decision.Next, decision.Transitions, answer, observed.Seen.Now)
        {
            Shown = Shown(resource, observed, decision.Next, observed.Seen, null),
        };
        if (decision.Forget)
        {
            await store.ForgetAsync(write, cancellation);
        }
        else
        {
            await store.WriteAsync(write, cancellation);
        }

        if (!decision.Transitions.IsEmpty)
        {
            announcer.Signal();
        }

        return changed;
    }

    private RolloutShown Shown(RolloutResource resource, Observed observed, RolloutState state, RolloutObservation seen, string? failure) => new(
        resource,
        state,
        seen with { Route = observed.Route.Reading.Route, Command = null },
        [.. observed.Workload.Conditions, .. observed.Route.Reading.Conditions],
        failure ?? observed.Workload.Problem)
    {
        FailureLasts = live.Find(resource.Key).IsLasting(seen.Now),
        Asked = observed.Workload is { DeclaredRevision: { } declared, Images: { IsEmpty: false } images } ? new() { Revision = declared, Images = images } : null,
    };

    /// <summary>
    /// Users do not wait for a disk, a permission, or a fault of this program: a rollback is carried out although it could not be stored. It is remembered here and decided again until it is
    /// stored; a process that dies meanwhile finds the state before, and the evidence once more. Nothing but a rollback is ever done unstored. Only a stale writer does not even that:
    /// what it decided by has been overtaken, perhaps by another leader, so it reads again first, which takes one rest of at most 50 ms.
    /// </summary>
    private async Task RetreatAsync(RolloutResource resource, Observed observed, Decision decision, RolloutObservation seen, CancellationToken cancellation)
    {
        if (decision.Next.Phase is not (RolloutPhase.Aborting or RolloutPhase.Aborted))
        {
            return;
        }

        var acted = await executor.ApplyAsync(observed, resource, decision, cancellation);
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
        live.Set(key, (live.Find(key) with { Seen = seen with { Route = route, Analysis = analysis, Command = null }, Retreat = null }).With(failure, time.GetUtcNow()));
        metrics.Show(key, state, route.Applied?.Weight);
    }

    /// <summary>The last judgement stays visible after the end of its attempt, not longer.</summary>
    private static AnalysisObservation? OfAttempt(RolloutState state, AnalysisObservation? analysis) =>
        analysis is not null && analysis.Revision == state.CanaryRevision && analysis.Attempt == state.Attempt ? analysis : null;

    private void Forget(RolloutKey key)
    {
        evidence.Forget(key);
        gates.Forget(key);
        live.Remove(key);
        resources.Forget(key);
        metrics.Remove(key);
    }

    private readonly record struct Pass(KnownReading? Reading, ReconcileOutcome? Outcome);
}
