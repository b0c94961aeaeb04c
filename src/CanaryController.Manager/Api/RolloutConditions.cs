using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Api;

/// <summary>
/// The conditions. Ready, Reconciling and Stalled mean what kstatus says: Ready = at rest as wanted; Reconciling = on the way; Stalled = it cannot go on
/// without a person. The others are ours.
/// </summary>
internal static class RolloutConditions
{
    /// <summary>All conditions, always in the same order.</summary>
    public static IReadOnlyList<ConditionView> From(RolloutResource resource, RolloutState state, RolloutObservation? seen, string? failure)
    {
        var rest = state.Phase.IsAtRest();
        var stalled = Stalled(resource, failure);
        var ready = rest && stalled is null && state.Phase is not RolloutPhase.Aborted && state.StableRevision is not null;
        return
        [
            Of("Ready", ready, stalled ?? state.Phase.ToString(), state.Message),
            Of("Reconciling", !rest, state.Phase.ToString(), state.Message),
            Of("Stalled", stalled is not null, stalled ?? "Progressing", stalled is null ? "" : StalledMessage(resource, failure)),
            RouteAccepted(seen?.Route),
            AnalysisBlocked(state, seen?.Analysis),
            SpecChangePending(resource, state),
        ];
    }

    private static ConditionView Of(string type, bool holds, string reason, string message) => new(type, holds ? "True" : "False", reason, message);

    private static string? Stalled(RolloutResource resource, string? failure) =>
        resource.Spec is null ? "Invalid" : resource.Problems.Count > 0 ? "LastGoodInForce" : failure is not null ? "Failing" : null;

    private static string StalledMessage(RolloutResource resource, string? failure) => (resource.Problems.Count, resource.Spec) switch
    {
        (0, _) => failure ?? "",
        (var count, null) => $"The resource has {count} problem(s) and never was valid: {resource.Problems[0].Message}",
        (var count, _) => $"The resource's present text has {count} problem(s); the last good one is in force: {resource.Problems[0].Message}",
    };

    private static ConditionView RouteAccepted(RouteObservation? route) => route switch
    {
        null => new("RouteAccepted", "Unknown", "NotSeen", "The router was not asked yet."),
        { Problem: { } problem } => new("RouteAccepted", route.Applied is null ? "Unknown" : "False", "RouterProblem", problem),
        { Accepted: true, Share: { } share } when share != route.Applied?.Weight =>
            new("RouteAccepted", "True", "Accepted", $"The canary has about {share} of the requests; asked for was {route.Applied?.Weight}."),
        { Accepted: true } => new("RouteAccepted", "True", "Accepted", $"The router carries out {route.Applied?.Weight} for the canary."),
        _ => new("RouteAccepted", "False", "NotTakenUp", "The router has not taken the split up yet."),
    };

    private static ConditionView AnalysisBlocked(RolloutState state, AnalysisObservation? analysis)
    {
        var blocked = state.Phase.IsUnderWay() && analysis is not null && analysis.Attempt == state.Attempt
            ? analysis.Metrics.FirstOrDefault(metric => IsBlocked(metric.Verdict))
            : null;
        return blocked is null
            ? new("AnalysisBlocked", "False", "NotBlocked", "")
            : new("AnalysisBlocked", "True", blocked.Verdict.ToString(), $"{blocked.Name}: {blocked.Message}");
    }

    private static bool IsBlocked(Verdict verdict) => verdict switch
    {
        Verdict.NoData or Verdict.ProviderError => true,
        Verdict.Passed or Verdict.Failed or Verdict.Inconclusive or Verdict.BelowMinRequests => false,
    };

    private static ConditionView SpecChangePending(RolloutResource resource, RolloutState state)
    {
        var pending = resource.Spec is { } spec && state.Phase.IsUnderWay() && spec.Steps != state.Plan;
        return pending
            ? new("SpecChangePending", "True", "StepsChanged", "The revision under way keeps the steps it started with; the changed ones apply to the next.")
            : new("SpecChangePending", "False", "UpToDate", "");
    }
}
