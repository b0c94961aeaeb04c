using CanaryController.Core.Analysis;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>What the evidence allows at the present step.</summary>
internal enum EvidenceStatus
{
    /// <summary>Enough requests, and every metric in force passed.</summary>
    Complete,

    /// <summary>Something is missing or inconclusive; the policy is to wait.</summary>
    Incomplete,

    /// <summary>Something is missing; the policy is to roll back.</summary>
    Abort,
}

/// <summary>The conditions to leave a step that the router carries, as they are at this moment.</summary>
/// <param name="HoldPassed">Traffic has rested there long enough.</param>
/// <param name="Evidence">What the evidence allows.</param>
/// <param name="GatesPassed">The gates of the step itself have passed.</param>
/// <param name="WayIsFree">So have those that guard what comes next.</param>
/// <param name="Approved">Nobody else has to agree.</param>
/// <param name="MayAdvance">No window is closed.</param>
internal readonly record struct ExitConditions(bool HoldPassed, EvidenceStatus Evidence, bool GatesPassed, bool WayIsFree, bool Approved, bool MayAdvance)
{
    public bool AllHold => OthersHold && Approved && MayAdvance;

    /// <summary>People are asked while a window is closed too: it need not wait for them afterwards.</summary>
    public bool OnlyApprovalIsMissing => OthersHold && !Approved;

    private bool OthersHold => HoldPassed && GatesPassed && WayIsFree && Evidence is EvidenceStatus.Complete;

    public static ExitConditions Of(RolloutSpec spec, RolloutState state, RolloutObservation seen)
    {
        var step = Steps.Present(state);
        return new ExitConditions(
            Moments.HoldEnd(spec, state) <= seen.Now,
            EvidenceOf(spec, state, seen),
            Gates.HavePassed(state, seen.Gates, state.StepIndex, GateMoment.During),
            Gates.WayIsFree(state, seen.Gates),
            step.Approval is null || Steps.Approvals(state) >= step.Approval.Required,
            Windows.MayAdvance(state, seen));
    }

    /// <summary>The evidence of this revision, attempt and step; any other never lets a step be left.</summary>
    public static AnalysisObservation? Current(RolloutState state, AnalysisObservation? analysis) =>
        analysis is not null && analysis.Revision == state.CanaryRevision && analysis.Attempt == state.Attempt && analysis.StepIndex == state.StepIndex
            ? analysis
            : null;

    public static Verdict VerdictOf(AnalysisObservation analysis, string name, int likelyIndex) =>
        JudgementOf(analysis, name, likelyIndex)?.Verdict ?? Verdict.NoData;

    public static MetricJudgement? JudgementOf(AnalysisObservation analysis, string name, int likelyIndex)
    {
        if (likelyIndex < analysis.Metrics.Count && analysis.Metrics[likelyIndex].Name == name)
        {
            return analysis.Metrics[likelyIndex];
        }

        foreach (var judgement in analysis.Metrics)
        {
            if (judgement.Name == name)
            {
                return judgement;
            }
        }

        return null;
    }

    public static MissingEvidenceAction? Policy(AnalysisPolicy policy, Verdict verdict) => verdict switch
    {
        Verdict.Passed => null,
        Verdict.Failed or Verdict.Inconclusive => MissingEvidenceAction.Hold,
        Verdict.NoData => policy.OnNoData,
        Verdict.BelowMinRequests => policy.OnBelowMinRequests,
        Verdict.ProviderError => policy.OnProviderError,
    };

    /// <summary>
    /// The rollout's metrics are asked for where the canary has traffic, a step's own always. Evidence that was not gathered for this step yet is waited
    /// for; only what was looked for and not found is missing, and falls under the policies.
    /// </summary>
    private static EvidenceStatus EvidenceOf(RolloutSpec spec, RolloutState state, RolloutObservation seen)
    {
        var step = Steps.Present(state);
        var common = Steps.HasTraffic(step) ? spec.Analysis.Metrics : [];
        if (step.MinRequests <= 0 && common.IsEmpty && step.Metrics.IsEmpty)
        {
            return EvidenceStatus.Complete;
        }

        if (Current(state, seen.Analysis) is not { } analysis)
        {
            return EvidenceStatus.Incomplete;
        }

        var requests = step.MinRequests > 0 && !(analysis.CanaryRequestsInStep >= step.MinRequests)
            ? Status(Policy(spec.Analysis, Verdict.BelowMinRequests))
            : EvidenceStatus.Complete;
        return Worse(requests, Worse(StatusOf(spec, analysis, common, 0), StatusOf(spec, analysis, step.Metrics, common.Count)));
    }

    private static EvidenceStatus StatusOf(RolloutSpec spec, AnalysisObservation analysis, EquatableArray<MetricSpec> metrics, int firstIndex)
    {
        var status = EvidenceStatus.Complete;
        for (var i = 0; i < metrics.Count; i++)
        {
            status = Worse(status, Status(Policy(spec.Analysis, VerdictOf(analysis, metrics[i].Name, firstIndex + i))));
        }

        return status;
    }

    private static EvidenceStatus Status(MissingEvidenceAction? action) =>
        action is not { } missing ? EvidenceStatus.Complete : missing switch
        {
            MissingEvidenceAction.Hold => EvidenceStatus.Incomplete,
            MissingEvidenceAction.Abort => EvidenceStatus.Abort,
        };

    private static EvidenceStatus Worse(EvidenceStatus left, EvidenceStatus right) => left >= right ? left : right;
}
