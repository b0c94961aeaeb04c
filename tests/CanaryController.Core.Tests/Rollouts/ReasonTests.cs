using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Rollouts;

/// <summary>Why a rollout went back, in the sentence that people read.</summary>
public sealed class ReasonTests
{
    private static readonly Dictionary<RolloutReason, (Action<RolloutRun> Cause, string Message)> Causes = new()
    {
        [RolloutReason.MetricFailed] = (run => run.Verdict = Verdict.Failed, "success-rate 96.2 % is below min 99 %."),
        [RolloutReason.GateFailed] =
            (run => run.Gate = (_, _) => (GateStatus.Failed, "3 of 20 checks failed."), "Gate smoke failed: 3 of 20 checks failed."),
        [RolloutReason.ExternalAlarm] = (run => run.Alarm = "Alarm checkout-errors fires.", "Alarm checkout-errors fires."),
        [RolloutReason.CanaryUnavailable] = (run => run.CanaryReady = 0, "No instance of v2 is available, and it has 50 % of the traffic."),
        [RolloutReason.Reverted] = (run => run.Declared = "v1", "v1 is wanted again, which is stable: v2 is taken back."),
        [RolloutReason.Deleted] = (run => run.Deleted = true, "The rollout was deleted: v2 is taken back."),
        [RolloutReason.Released] = (run => run.Released = true, "The rollout was released: v2 is taken back."),
        [RolloutReason.AbortRequested] = (run => run.Command(RolloutAction.Abort, comment: "Orders are lost."), "ann aborted v2: Orders are lost."),
        [RolloutReason.ApprovalRejected] =
            (run => run.Command(RolloutAction.Reject, comment: "Not on Fridays."), "ann rejected v2's step 1 of 2 (50 %): Not on Fridays."),
        [RolloutReason.ApprovalTimedOut] =
            (run => run.After(Specs.Minute).After(5 * Specs.Minute), "Approval 'sre' had 0 of 1 after 5 min. v2 is taken back."),
        [RolloutReason.HoldLimitExceeded] = (
            run =>
            {
                run.Verdict = Verdict.NoData;
                run.After(Specs.Minute).After(30 * Specs.Minute);
            },
            "v2's step 1 of 2 (50 %) was held beyond its limit of 30 min: success-rate: NoData: success-rate 96.2 % is below min 99 %."),
        [RolloutReason.EvidenceMissing] = (
            run =>
            {
                run.Spec = run.Spec with { Analysis = run.Spec.Analysis with { OnProviderError = MissingEvidenceAction.Abort } };
                run.Verdict = Verdict.ProviderError;
                run.After(Specs.Minute);
            },
            "v2's step 1 of 2 (50 %) has no evidence after its hold, which aborts by policy: success-rate: ProviderError: success-rate 96.2 % is below min 99 %."),
        [RolloutReason.ProgressDeadlineExceeded] = (
            run =>
            {
                run.RouterObeys = false;
                run.Applied = TrafficSplit.AllTo("v1");
                run.Settle().After(10 * Specs.Minute);
            },
            "v2 made no progress for 10 min, its progress deadline. router: has not taken up 50 % for v2."),
    };

    public static TheoryData<RolloutReason> Reasons => [.. Causes.Keys];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Every_rollback_says_why(RolloutReason reason)
    {
        var run = RolloutRun.External(Specs.Approved(50, timeoutMinutes: 5) with { Gates = [Specs.Gate("smoke", GateMoment.During)] }, Specs.Step(100)).Start();
        Causes[reason].Cause(run);
        run.Settle();
        var abort = run.Transitions.Single(one => one.To is RolloutPhase.Aborting);
        Assert.Equal((reason, Causes[reason].Message), (abort.Reason, abort.Message));
        Assert.Equal(reason, run.Present.History[^1].Reason);
        Assert.Equal(CanaryWeight.Zero, run.Present.Weight);
    }

    [Fact]
    public void What_a_step_waits_for_is_said_in_sentences()
    {
        var run = RolloutRun.External(Specs.Approved(50, required: 2) with { MinRequests = 500, Gates = [Specs.Gate("smoke", GateMoment.During), Specs.Gate("confirm", GateMoment.BeforePromotion)] }).Start();
        run.Gate = (_, gate) => gate.Name == "confirm" ? (GateStatus.Pending, "It answered 503.") : null;
        (run.Verdict, run.Requests) = (Verdict.Inconclusive, 42);
        Assert.Equal(
            [
                "hold: 60 s left.",
                "minRequests: 42 of 500 requests.",
                "success-rate: Inconclusive: success-rate 96.2 % is below min 99 %.",
                "gate smoke: no answer yet.",
                "gate confirm: Pending: It answered 503.",
                "approval 'sre': 0 of 2.",
            ],
            RolloutExplanation.WaitingFor(run.Spec, run.Present, run.See()));
    }
}
