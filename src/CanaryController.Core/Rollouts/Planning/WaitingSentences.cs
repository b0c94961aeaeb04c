using CanaryController.Core.Analysis;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>What a rollout waits for, one sentence each.</summary>
internal static class WaitingSentences
{
    /// <summary>Capacity and the router.</summary>
    public static List<string> ForTakeUp(RolloutSpec spec, RolloutState state, RolloutObservation seen)
    {
        var sentences = new List<string>();
        if (!Capacity.IsKnown(spec, seen))
        {
            sentences.Add("capacity: not known while the router says nothing.");
        }
        else if (Room(spec, state, seen) is { } room)
        {
            sentences.Add(room);
        }

        if (!Splits.IsTakenUp(state, seen.Route))
        {
            sentences.Add(ForRouter(state, seen.Route));
        }

        return sentences;
    }

    /// <summary>What a revision that is asked for waits for, at rest; empty when it waits for nothing.</summary>
    public static List<string> ForStart(RolloutState state, RolloutObservation seen)
    {
        var sentences = new List<string>();
        if (state.Pending is not { } pending || Windows.MayStart(state, seen, pending))
        {
            return sentences;
        }

        if (!seen.Window.IsOpen)
        {
            sentences.Add(ForWindow(seen.Window));
        }

        if (seen.StartLimit is { } limit)
        {
            sentences.Add($"limit: {limit}");
        }

        return sentences;
    }

    public static string ForWindow(WindowObservation window) => $"window: {window.Because}";

    /// <summary>What keeps traffic on a canary that is being rolled back.</summary>
    public static string ForStable(RolloutSpec spec, RolloutState state, WorkloadObservation workload) =>
        workload.StableSize > 0 ? $"capacity: {state.StableRevision} has {workload.StableReady} of {workload.StableSize} instances ready."
        : spec.Workload is WorkloadKind.External ? $"capacity: the router knows no instance of {state.StableRevision}."
        : $"capacity: {state.StableRevision} is scaled to 0 and can take nothing over. Scale it up to finish the rollback.";

    public static string ForRouter(RolloutState state, RouteObservation route)
    {
        var wanted = state.Phase.IsAtRest() ? $"all traffic on {state.StableRevision}" : $"{state.Weight} for {state.CanaryRevision}";
        return route.Problem is { } problem ? $"router: has not taken up {wanted}: {problem}" : $"router: has not taken up {wanted}.";
    }

    /// <summary>Everything that is missing or inconclusive of the evidence.</summary>
    public static string Evidence(RolloutSpec spec, RolloutState state, RolloutObservation seen) => string.Join(' ', ForEvidence(spec, state, seen));

    public static List<string> ForEvidence(RolloutSpec spec, RolloutState state, RolloutObservation seen)
    {
        var sentences = new List<string>();
        var step = Steps.Present(state);
        var analysis = ExitConditions.Current(state, seen.Analysis);
        if (step.MinRequests > 0 && !(analysis?.CanaryRequestsInStep >= step.MinRequests))
        {
            sentences.Add($"minRequests: {analysis?.CanaryRequestsInStep?.ToString() ?? "unknown"} of {step.MinRequests} requests.");
        }

        var common = Steps.HasTraffic(step) ? spec.Analysis.Metrics : [];
        foreach (var metric in common.Concat(step.Metrics))
        {
            var judgement = analysis is null ? null : ExitConditions.JudgementOf(analysis, metric.Name, 0);
            if (judgement is null)
            {
                sentences.Add(analysis is null ? $"{metric.Name}: not judged at this step yet." : $"{metric.Name}: no data.");
            }
            else if (judgement.Verdict is not Verdict.Passed)
            {
                sentences.Add($"{metric.Name}: {judgement.Verdict}: {judgement.Message}");
            }
        }

        return sentences;
    }

    /// <summary>The gates of <paramref name="moment"/> that the step names.</summary>
    public static List<string> ForGates(RolloutState state, RolloutObservation seen, int stepIndex, GateMoment moment)
    {
        var sentences = new List<string>();
        foreach (var gate in stepIndex < state.Plan.Count ? state.Plan[stepIndex].Gates : [])
        {
            var answer = Gates.AnswerOf(state, seen.Gates, stepIndex, gate.Name);
            if (gate.When == moment && answer?.Status is not GateStatus.Passed)
            {
                sentences.Add(answer is null ? $"gate {gate.Name}: no answer yet." : $"gate {gate.Name}: {answer.Status}: {answer.Message}");
            }
        }

        return sentences;
    }

    private static string? Room(RolloutSpec spec, RolloutState state, RolloutObservation seen)
    {
        var ready = seen.Workload.CanaryReady;
        var isForAll = state.Phase is RolloutPhase.Promoting;
        var step = isForAll ? new RolloutStep { Weight = CanaryWeight.Full } : Steps.Present(state);
        var hasRoom = isForAll ? Capacity.HasRoomForAll(spec, state, seen) : Capacity.HasRoomFor(spec, state, seen, step);
        if (hasRoom)
        {
            return null;
        }

        if (spec.Workload is WorkloadKind.External)
        {
            return seen.Workload.CanarySize <= 0
                ? $"capacity: the router knows no instance of {state.CanaryRevision}."
                : $"capacity: {ready} of {seen.Workload.CanarySize} instances of {state.CanaryRevision} are ready, too few for {step.Weight}.";
        }

        var wanted = isForAll ? Capacity.WantedAlone(state, seen.Workload) : Capacity.Wanted(state, seen.Workload, step);
        return $"capacity: {ready} of {wanted} instances of {state.CanaryRevision} are ready.";
    }
}
