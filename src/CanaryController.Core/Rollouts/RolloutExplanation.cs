using CanaryController.Core.Rollouts.Planning;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts;

/// <summary>Says what a rollout waits for. It is apart from the decision, so that sentences are made only when somebody reads them.</summary>
public static class RolloutExplanation
{
    /// <summary>
    /// What <paramref name="state"/> waits for, one sentence each, beginning with what is waited for: <c>hold: 12 s left.</c>,
    /// <c>router: has not taken up 25 % for v2.</c> Empty at rest. Pure.
    /// </summary>
    /// <param name="spec">What the user wants.</param>
    /// <param name="state">The last decision's state.</param>
    /// <param name="seen">What is seen now.</param>
    public static EquatableArray<string> WaitingFor(RolloutSpec spec, RolloutState state, RolloutObservation seen)
    {
        IEnumerable<string> sentences = state.Phase switch
        {
            RolloutPhase.Initializing =>
                [.. ForWindow(state, seen), .. WaitingSentences.ForTakeUp(spec, state, seen), .. WaitingSentences.ForGates(state, seen, state.StepIndex, GateMoment.Before)],
            RolloutPhase.Progressing => ForStep(spec, state, seen),
            RolloutPhase.WaitingApproval => ForStep(spec, state, seen),
            RolloutPhase.Paused when Splits.IsTakenUp(state, seen.Route) => [ForResume(state)],
            RolloutPhase.Paused => [ForResume(state), WaitingSentences.ForRouter(state, seen.Route)],
            RolloutPhase.Promoting => ForPromotion(spec, state, seen),
            RolloutPhase.Aborting => ForReturn(spec, state, seen),
            RolloutPhase.Idle when state.StableRevision is null => ForAdoption(seen),
            RolloutPhase.Idle or RolloutPhase.Promoted or RolloutPhase.Aborted => Splits.IsTakenUp(state, seen.Route)
                ? WaitingSentences.ForStart(state, seen)
                : [WaitingSentences.ForRouter(state, seen.Route), .. WaitingSentences.ForStart(state, seen)],
            RolloutPhase.Invalid => [],
        };
        return [.. sentences];
    }

    /// <summary>
    /// What can be told of it from the memory alone, by whoever sees neither router nor capacity nor evidence. Each sentence holds, but there may be more to wait for. Pure.
    /// </summary>
    /// <param name="spec">What the user wants.</param>
    /// <param name="state">The last decision's state.</param>
    /// <param name="now">The moment.</param>
    public static EquatableArray<string> Remembered(RolloutSpec spec, RolloutState state, DateTimeOffset now)
    {
        var sentences = new List<string>();
        switch (state.Phase)
        {
            case RolloutPhase.Initializing:
                sentences.Add($"capacity and router: {state.CanaryRevision} gets no traffic yet.");
                break;
            case RolloutPhase.Progressing or RolloutPhase.WaitingApproval:
                if (state.StepSince is null)
                {
                    sentences.Add($"capacity and router: {state.Weight} for {state.CanaryRevision} is not taken up yet.");
                }

                AddHold(sentences, spec, state, now);
                AddApproval(sentences, state);
                break;
            case RolloutPhase.Paused:
                sentences.Add(ForResume(state));
                break;
            case RolloutPhase.Promoting when state.HandOverStarted:
                sentences.Add(ForHandOver(state));
                break;
            case RolloutPhase.Promoting:
                AddDrain(sentences, spec, state, now, state.StableRevision);
                break;
            case RolloutPhase.Aborting:
                AddDrain(sentences, spec, state, now, state.CanaryRevision);
                break;
            case RolloutPhase.Idle or RolloutPhase.Promoted or RolloutPhase.Aborted when state.Pending is { } pending:
                sentences.Add($"start: {pending.Revision} was asked for and waits for a window, or for room among the rollouts under way.");
                break;
            case RolloutPhase.Idle or RolloutPhase.Promoted or RolloutPhase.Aborted or RolloutPhase.Invalid:
                break;
        }

        return [.. sentences];
    }

    /// <summary>What a revision that is asked for waits for at rest: a window, or room among the rollouts under way. Empty when nothing waits.</summary>
    public static EquatableArray<string> StartWaits(RolloutState state, RolloutObservation seen) => state.Phase.IsAtRest() ? [.. WaitingSentences.ForStart(state, seen)] : [];

    /// <summary>A closed window stands in the way of the revision under way, or of the one that is asked for.</summary>
    public static bool IsKeptByWindow(RolloutState state, RolloutObservation seen) => Windows.IsWaiting(state, seen);

    /// <summary>What is left of the present step's hold; null while it does not run, zero when it has passed.</summary>
    public static TimeSpan? HoldLeft(RolloutSpec spec, RolloutState state, DateTimeOffset now) =>
        state.Phase is RolloutPhase.Progressing or RolloutPhase.WaitingApproval or RolloutPhase.Paused && Moments.HoldEnd(spec, state) is { } end
            ? Left(end, now)
            : null;

    private static List<string> ForStep(RolloutSpec spec, RolloutState state, RolloutObservation seen)
    {
        var sentences = WaitingSentences.ForTakeUp(spec, state, seen);
        sentences.InsertRange(0, ForWindow(state, seen));
        AddHold(sentences, spec, state, seen.Now);
        sentences.AddRange(WaitingSentences.ForEvidence(spec, state, seen));
        sentences.AddRange(WaitingSentences.ForGates(state, seen, state.StepIndex, GateMoment.During));
        sentences.AddRange(Steps.IsLast(state)
            ? WaitingSentences.ForGates(state, seen, state.StepIndex, GateMoment.BeforePromotion)
            : WaitingSentences.ForGates(state, seen, state.StepIndex + 1, GateMoment.Before));
        AddApproval(sentences, state);
        return sentences;
    }

    private static List<string> ForPromotion(RolloutSpec spec, RolloutState state, RolloutObservation seen)
    {
        if (state.HandOverStarted)
        {
            return [ForHandOver(state)];
        }

        var sentences = WaitingSentences.ForTakeUp(spec, state, seen);
        sentences.InsertRange(0, ForWindow(state, seen));
        AddDrain(sentences, spec, state, seen.Now, state.StableRevision);
        return sentences;
    }

    private static List<string> ForReturn(RolloutSpec spec, RolloutState state, RolloutObservation seen)
    {
        var sentences = new List<string>();
        if (state.Weight > CanaryWeight.Zero)
        {
            sentences.Add(WaitingSentences.ForStable(spec, state, seen.Workload));
        }

        if (!Splits.IsTakenUp(state, seen.Route))
        {
            sentences.Add(WaitingSentences.ForRouter(state, seen.Route));
        }

        AddDrain(sentences, spec, state, seen.Now, state.CanaryRevision);
        if (spec.Workload is WorkloadKind.Managed && seen.Workload.CanarySize > 0 && Moments.DrainEnd(spec, state) <= seen.Now)
        {
            sentences.Add($"scale-down: {seen.Workload.CanarySize} of {state.CanaryRevision}'s instances still to go.");
        }

        return sentences;
    }

    private static string[] ForWindow(RolloutState state, RolloutObservation seen) => Windows.IsWaiting(state, seen) ? [WaitingSentences.ForWindow(seen.Window)] : [];

    private static string ForResume(RolloutState state) => $"resume: paused at {state.Weight}.";

    private static string ForHandOver(RolloutState state) => $"hand over: the workload does not run {state.CanaryRevision} as its current revision yet.";

    private static void AddHold(List<string> sentences, RolloutSpec spec, RolloutState state, DateTimeOffset now)
    {
        if (state.StepSince is not null && !(Moments.HoldEnd(spec, state) <= now))
        {
            sentences.Add($"hold: {Durations.Describe(Left(Moments.HoldEnd(spec, state), now))} left.");
        }
    }

    private static void AddApproval(List<string> sentences, RolloutState state)
    {
        if (Steps.Present(state).Approval is { } approval && Steps.Approvals(state) < approval.Required)
        {
            sentences.Add($"approval '{approval.Name}': {Steps.Approvals(state)} of {approval.Required}.");
        }
    }

    private static void AddDrain(List<string> sentences, RolloutSpec spec, RolloutState state, DateTimeOffset now, string? revision)
    {
        if (Moments.DrainEnd(spec, state) is { } end && end > now)
        {
            sentences.Add($"drain: {Durations.Describe(end - now)} left for requests still under way at {revision}.");
        }
    }

    private static List<string> ForAdoption(RolloutObservation seen) =>
        seen.Route.Applied is null
            ? [$"router: what the route does now is not known: {seen.Route.Problem ?? "it says nothing."}"]
            : ["revision: no stable revision is known yet."];

    private static TimeSpan Left(DateTimeOffset? end, DateTimeOffset now) => end > now ? end.Value - now : TimeSpan.Zero;
}
