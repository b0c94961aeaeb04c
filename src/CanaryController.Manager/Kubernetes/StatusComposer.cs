using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Api;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes;

/// <summary>Makes the status of a Rollout. Pure.</summary>
internal static class StatusComposer
{
    /// <summary>The next status.</summary>
    /// <param name="before">The one that stands there; null before the first.</param>
    /// <param name="shown">What is to be shown.</param>
    /// <param name="now">The moment.</param>
    public static RolloutStatus Compose(RolloutStatus? before, RolloutShown shown, DateTimeOffset now)
    {
        var (resource, seen) = (shown.Resource, shown.Seen);
        var conditions = Conditions(before, shown, now);
        var status = (before ?? new RolloutStatus()).With(shown.State, resource.Spec?.Steps.Count ?? 0) with
        {
            ObservedGeneration = resource.Generation,
            ObservedWeight = seen?.Route.Applied?.Weight.Percent,
            RequestShare = Share(shown.State, seen) ?? (before is not null && IsOf(shown.State, before.CanaryRevision, before.Attempt) ? before.RequestShare : null),
            Conditions = conditions,
            Window = seen is not null && RolloutExplanation.IsKeptByWindow(shown.State, seen)
                ? new() { ClosedBy = seen.Window.ClosedBy!, Message = seen.Window.Because, OpensAt = seen.Window.OpensAt }
                : null,
            Message = shown.State.Message is { Length: > 0 } message ? message : conditions.FirstOrDefault(condition => condition.Type == "Ready")?.Message ?? "",
            Metrics = resource.Spec is null ? [] : [.. MetricViews.From(resource.Spec, shown.State, seen?.Analysis).Select(Metric)],
            Images = resource.IsLeft ? [] : Images(before?.Images ?? [], shown.Asked),
            InForce = resource.Problems.Count == 0 ? null : resource is { IsRemains: false, Rollout: { } rollout } ? RolloutJson.Write(rollout) : before?.InForce,
        };
        return resource.Spec is null && shown.State.IsNew() ? status with { Phase = RolloutPhase.Invalid, State = null } : status;
    }

    /// <summary>The same with what a decision adds.</summary>
    public static RolloutStatus Add(RolloutStatus status, EquatableArray<Transition> transitions, CommandRecord? command) => status with
    {
        Transitions = [.. status.Transitions.Concat(transitions).TakeLast(RolloutStatus.MaxTransitions)],
        Commands = command is null ? status.Commands : [.. status.Commands.Append(command).TakeLast(RolloutStatus.MaxCommands)],
    };

    /// <summary>
    /// True when people or tools wait for something of <paramref name="next"/> that <paramref name="shown"/> does not say: the generation, and those conditions that no transition
    /// brings. The route's acceptance and the evidence change with every measurement, and go along with the next transition.
    /// </summary>
    public static bool IsNews(RolloutStatus? shown, RolloutStatus next) =>
        shown is null || shown.ObservedGeneration != next.ObservedGeneration || shown.Phase != next.Phase || shown.InForce != next.InForce || shown.Window != next.Window
        || !Lasting(shown).SetEquals(Lasting(next));

    /// <summary>What is asked for is the newest. They go along with what is written anyway, and are never a reason to write.</summary>
    private static EquatableArray<RevisionImages> Images(EquatableArray<RevisionImages> before, RevisionImages? asked) => asked is null || (before is [.., var last] && last == asked)
        ? before
        : [.. before.Where(each => each.Revision != asked.Revision).Append(asked).TakeLast(RolloutStatus.MaxImages)];

    /// <summary>The share at the step that was judged, against the weight that the route carried then. The transition that is written may have left that step already.</summary>
    private static RequestShareStatus? Share(RolloutState state, RolloutObservation? seen) =>
        seen is { Analysis: { Share: { Ratio: { } ratio } share } counted } && IsOf(state, counted.Revision, counted.Attempt)
        ? new()
        {
            Step = counted.StepIndex + 1,
            Percent = Math.Round((decimal)ratio * 100, 2),
            Verdict = seen.Route.Applied is { IsMirrored: false, Matches.IsEmpty: true, Weight: var weight } ? share.Against(weight) : null,
        }
        : null;

    private static bool IsOf(RolloutState state, string? revision, int attempt) => revision == state.CanaryRevision && attempt == state.Attempt;

    /// <summary>Who waits for the controller to leave is told what that waits for.</summary>
    private static HashSet<(string Type, ConditionStatus Status, string Reason, string? Message)> Lasting(RolloutStatus status) =>
    [
        .. status.Conditions.Where(condition => condition.Type is not ("RouteAccepted" or "AnalysisBlocked"))
            .Select(condition => (condition.Type, condition.Status, condition.Reason, condition.Reason == RolloutConditions.Leaving ? condition.Message : null)),
    ];

    private static EquatableArray<RolloutCondition> Conditions(RolloutStatus? before, RolloutShown shown, DateTimeOffset now) =>
    [
        .. RolloutConditions.From(shown.Resource, shown.State, shown.Seen, shown.Failure, shown.FailureLasts || IsCalled(before)).Concat(shown.Conditions)
            .DistinctBy(condition => condition.Type)
            .Select(condition => Condition(before?.Conditions.FirstOrDefault(each => each.Type == condition.Type), condition, shown.Resource.Generation, now)),
    ];

    /// <summary>A person was called already, perhaps by the process before this one.</summary>
    private static bool IsCalled(RolloutStatus? before) =>
        before?.Conditions.Any(condition => condition is { Type: "Stalled", Status: ConditionStatus.True, Reason: RolloutConditions.Failing }) ?? false;

    private static RolloutCondition Condition(RolloutCondition? before, ConditionView condition, long generation, DateTimeOffset now)
    {
        var status = Enum.Parse<ConditionStatus>(condition.Status);
        return new()
        {
            Type = condition.Type,
            Status = status,
            ObservedGeneration = generation,
            LastTransitionTime = before?.Status == status ? before.LastTransitionTime : now,
            Reason = condition.Reason,
            Message = condition.Message,
        };
    }

    private static MetricStatus Metric(MetricView metric) => new()
    {
        Name = metric.Name,
        Verdict = metric.Verdict,
        Message = metric.Message,
        Value = metric.Value,
        Threshold = metric.Threshold,
    };

    private static bool IsNew(this RolloutState state) => state.PhaseSince == default;
}
