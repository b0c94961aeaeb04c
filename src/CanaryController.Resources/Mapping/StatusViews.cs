using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Mapping;

/// <summary>
/// Makes the API's picture of a rollout of its object on Kubernetes. What only the controller sees is as of the last transition (metrics, the observed weight and share) or left out (requests,
/// evidence); what follows from time is as of now. Pure.
/// </summary>
public static class StatusViews
{
    /// <summary>The picture.</summary>
    /// <param name="served">The object.</param>
    /// <param name="now">The moment.</param>
    public static RolloutView From(ServedRollout served, DateTimeOffset now)
    {
        var status = served.Status;
        var state = status?.Memory ?? new RolloutState();
        var spec = served.Resource is { } resource && served.StatusProblem is null ? RolloutSpecMapper.ToSpec(resource) : null;
        var steps = StepViews.From(spec, state, []);
        return new()
        {
            Namespace = served.Key.Namespace,
            Name = served.Key.Name,
            Phase = spec is null ? RolloutPhase.Invalid : state.Phase,
            StableRevision = state.StableRevision ?? spec?.InitialStableRevision,
            CanaryRevision = state.CanaryRevision,
            TargetRevision = state.TargetRevision,
            Attempt = state.Attempt,
            Step = StepViews.Present(steps),
            Steps = steps,
            WantedWeightPercent = state.Weight.Percent,
            ObservedWeightPercent = status?.ObservedWeight,
            Metrics = spec is null ? [] : Metrics(spec, state, status),
            WaitingFor = spec is null ? [] : WaitingFor(served, spec, state, now),
            Window = status?.Window is { } window && !(window.OpensAt <= now) ? new(window.ClosedBy, window.Message, window.OpensAt) : null,
            Conditions = [.. (status?.Conditions ?? []).Select(condition => new ConditionView(condition.Type, condition.Status.ToString(), condition.Reason, condition.Message))],
            Reason = state.Reason,
            Message = (spec, state.Message) switch
            {
                (null, _) => "The resource never was valid; see its problems.",
                (_, { Length: > 0 } message) => message,
                _ => status is { Message.Length: > 0 } ? status.Message : "The controller has not looked at it yet.",
            },
            PhaseSince = state.PhaseSince == default ? now : state.PhaseSince,
            StepSince = state.StepSince,
            HoldLeftSeconds = spec is null ? null : RolloutExplanation.HoldLeft(spec, state, now)?.TotalSeconds,
            RequestSharePercent = status?.RequestShare?.Percent,
            RequestShareStep = status?.RequestShare?.Step,
            RequestShare = status?.RequestShare?.Verdict,
            Approvers = [.. state.Approvals.Where(approval => approval.StepIndex == state.StepIndex).Select(approval => approval.Approver)],
            Approvals = StepViews.Approvals(state),
            Problems = served.StatusProblem is { } problem
                ? [.. served.Problems, new("status", null, problem, "read it with the version of the controller that wrote it")]
                : served.Problems,
            ResourceVersion = served.Version,
        };
    }

    private static IReadOnlyList<MetricView> Metrics(RolloutSpec spec, RolloutState state, RolloutStatus? status)
    {
        var ofStep = state.StepIndex >= 0 && state.StepIndex < state.Plan.Count ? state.Plan[state.StepIndex].Metrics : [];
        return [.. spec.Analysis.Metrics.Concat(ofStep).Select(metric => Metric(metric, status?.Metrics.FirstOrDefault(each => each.Name == metric.Name)))];
    }

    private static MetricView Metric(MetricSpec metric, MetricStatus? last) => new()
    {
        Name = metric.Name,
        Kind = metric.Kind,
        Verdict = last?.Verdict,
        Value = last?.Value,
        Threshold = MetricText.Threshold(metric),
        Message = last?.Message is { Length: > 0 } message ? message : "Not judged yet.",
    };

    private static List<string> WaitingFor(ServedRollout served, RolloutSpec spec, RolloutState state, DateTimeOffset now)
    {
        var sentences = new List<string>();
        if (served.Status is null || served.Status.ObservedGeneration < served.Generation)
        {
            sentences.Add($"controller: it has not looked at generation {served.Generation} of the resource yet. Does it run?");
        }

        if (served.Status?.Window is { } window && !(window.OpensAt <= now))
        {
            sentences.Add($"window: {window.Message}");
        }

        sentences.AddRange(RolloutExplanation.Remembered(spec, state, now));
        return sentences;
    }
}
