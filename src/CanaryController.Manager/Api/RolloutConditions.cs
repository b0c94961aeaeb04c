using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Api;

/// <summary>
/// The conditions. Ready, Reconciling and Stalled mean what kstatus says, and one of them holds: Ready = at rest as wanted (kstatus: Current); Reconciling = on the way, also while it waits for a
/// person's approval or resume (InProgress); Stalled = what is asked for does not come without a person (Failed). The others are ours.
/// </summary>
internal static class RolloutConditions
{
    /// <summary>Reason while everything is given back.</summary>
    public const string Leaving = "Leaving";

    /// <summary>Reason once that is done.</summary>
    public const string Released = "Released";

    /// <summary>Reason while the revision that is wanted is one that was rolled back.</summary>
    public const string RolledBack = "RolledBack";

    /// <summary>Reason while nothing can be done, and has not been for a while.</summary>
    public const string Failing = "Failing";

    /// <summary>Reason while a revision was asked for and may not start yet.</summary>
    public const string WaitingToStart = "WaitingToStart";

    /// <summary>The condition that holds while a closed window or a freeze keeps the rollout waiting; not there otherwise.</summary>
    public const string WindowClosed = "WindowClosed";

    /// <summary>How long something may fail before a person is called: objects that are created together come one after the other, and a router needs a moment.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>All conditions, always in the same order.</summary>
    /// <param name="resource">What is wanted.</param>
    /// <param name="state">What is remembered.</param>
    /// <param name="seen">What was seen last; null before the first look.</param>
    /// <param name="failure">Why the last try to act failed; null when it went well.</param>
    /// <param name="lasts">It has failed for longer than <see cref="Patience"/>.</param>
    public static IReadOnlyList<ConditionView> From(RolloutResource resource, RolloutState state, RolloutObservation? seen, string? failure, bool lasts)
    {
        if (resource.IsLeft)
        {
            var how = $"{RolloutRelease.Message} To adopt it: canaryctl adopt {resource.Key.Name} -n {resource.Key.Namespace}, or take the annotation {Rollout.ReleaseAnnotation} away.";
            return [Of("Ready", false, Released, how), Of("Reconciling", false, Released, ""), Of("Stalled", true, Released, how)];
        }

        var rest = state.Phase.IsAtRest();
        if (rest && (resource.Deleted || resource.Released))
        {
            return [Of("Ready", false, Leaving, failure ?? ""), Of("Reconciling", true, Leaving, failure ?? ""), Of("Stalled", false, Leaving, ""), RouteAccepted(seen?.Route)];
        }

        var stalled = Stalled(resource, state, lasts ? failure : null);
        var adopted = state.StableRevision is not null;
        var waits = seen is null ? [] : RolloutExplanation.StartWaits(state, seen);
        rest &= waits.IsEmpty;
        var (reason, message) = !waits.IsEmpty ? (WaitingToStart, string.Join(' ', waits)) : (adopted ? state.Phase.ToString() : "Adopting", adopted ? state.Message : failure ?? state.Message);
        return
        [
            Of("Ready", rest && adopted && stalled is null, stalled?.Reason ?? reason, stalled?.Message ?? message),
            Of("Reconciling", stalled is null && !(rest && adopted), reason, message),
            Of("Stalled", stalled is not null, stalled?.Reason ?? "Progressing", stalled?.Message ?? ""),
            RouteAccepted(seen?.Route),
            AnalysisBlocked(state, seen?.Analysis),
            SpecChangePending(resource, state),
            .. seen is not null && RolloutExplanation.IsKeptByWindow(state, seen) ? (ConditionView[])[Of(WindowClosed, true, "Closed", $"The window is {seen.Window.Because}")] : [],
        ];
    }

    private static ConditionView Of(string type, bool holds, string reason, string message) => new(type, holds ? "True" : "False", reason, message);

    /// <summary>Why it cannot go on without a person; null when it can. A revision that was rolled back counts as long as it is the one that is asked for: not once the way back was asked for too.</summary>
    private static (string Reason, string Message)? Stalled(RolloutResource resource, RolloutState state, string? failure) => (resource.Problems.Count, resource.Spec) switch
    {
        (var count, null) => ("Invalid", $"The resource has {count} problem(s) and never was valid: {(resource.Problems is [var first, ..] ? first.Message : "")}"),
        ( > 0 and var count, _) => ("LastGoodInForce", $"The resource's present text has {count} problem(s); the last good one is in force: {resource.Problems[0].Message}"),
        _ when failure is not null => (Failing, failure),
        _ when state.Phase is RolloutPhase.Aborted && state.Pending is null && state.TargetRevision != state.StableRevision => (RolledBack, state.Message),
        _ => null,
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
