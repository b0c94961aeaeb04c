using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;

namespace CanaryController.Manager.Api;

/// <summary>Makes the API's picture of a rollout of what is wanted, remembered and seen. Pure.</summary>
internal static class RolloutViews
{
    /// <summary>The picture.</summary>
    /// <param name="resource">What is wanted.</param>
    /// <param name="stored">What is remembered.</param>
    /// <param name="live">What was seen last.</param>
    /// <param name="analysis">What the evidence says now; null = as it was seen last.</param>
    /// <param name="window">What windows and freezes say now.</param>
    /// <param name="now">The moment.</param>
    public static RolloutView From(RolloutResource resource, StoredRollout stored, LiveRollout live, AnalysisObservation? analysis, WindowObservation window, DateTimeOffset now)
    {
        var state = stored.State;
        var phase = resource.Spec is null ? RolloutPhase.Invalid : state.Phase;
        var seen = live.Seen is null ? null : live.Seen with { Now = now, Analysis = analysis ?? live.Seen.Analysis, Window = window };
        var waiting = resource.Spec is null || seen is null ? [] : RolloutExplanation.WaitingFor(resource.Spec, state, seen);
        var steps = StepViews.From(resource.Spec, state, seen?.Gates ?? []);
        var share = seen?.Analysis is { } counted && counted.StepIndex == state.StepIndex ? counted.Share : null;
        return new RolloutView
        {
            Namespace = resource.Key.Namespace,
            Name = resource.Key.Name,
            Phase = phase,
            StableRevision = state.StableRevision ?? resource.Spec?.InitialStableRevision,
            CanaryRevision = state.CanaryRevision,
            TargetRevision = state.TargetRevision,
            Attempt = state.Attempt,
            Step = StepViews.Present(steps),
            Steps = steps,
            WantedWeightPercent = state.Weight.Percent,
            ObservedWeightPercent = seen?.Route.Applied?.Weight.Percent,
            Metrics = resource.Spec is null ? [] : MetricViews.From(resource.Spec, state, seen?.Analysis),
            WaitingFor = [.. waiting],
            Window = window is { ClosedBy: { } closer } ? new(closer, window.Because, window.OpensAt) : null,
            Conditions = RolloutConditions.From(resource, state, seen, live.Failure, live.IsLasting(now)),
            Reason = state.Reason,
            Message = Message(resource, state, seen, live),
            PhaseSince = stored.ResourceVersion == 0 ? now : state.PhaseSince,
            StepSince = state.StepSince,
            HoldLeftSeconds = resource.Spec is null ? null : RolloutExplanation.HoldLeft(resource.Spec, state, now)?.TotalSeconds,
            CanaryRequestsInStep = seen?.Analysis is { } judged && judged.StepIndex == state.StepIndex ? judged.CanaryRequestsInStep : null,
            RequestSharePercent = share?.Ratio is { } ratio ? Math.Round((decimal)ratio * 100, 2) : null,
            RequestShareStep = share?.Ratio is null ? null : state.StepIndex + 1,
            RequestShare = share is { Ratio: not null } known && seen?.Route.Applied is not ({ IsMirrored: true } or { Matches.IsEmpty: false }) ? known.Against(state.Weight) : null,
            Approvers = [.. state.Approvals.Where(approval => approval.StepIndex == state.StepIndex).Select(approval => approval.Approver)],
            Approvals = StepViews.Approvals(state),
            Problems = resource.Problems,
            ResourceVersion = stored.ResourceVersion,
        };
    }

    private static string Message(RolloutResource resource, RolloutState state, RolloutObservation? seen, LiveRollout live) =>
        (resource.Spec, state.Message) switch
        {
            (null, _) => "The resource never was valid; see its problems.",
            (_, { Length: > 0 } message) => message,
            _ => live.Failure ?? seen?.Route.Problem ?? "The controller has not looked at it yet.",
        };
}
