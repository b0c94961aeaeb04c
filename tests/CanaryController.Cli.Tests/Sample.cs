using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.Cli.Tests;

/// <summary>Views as a controller sends them.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly HistoryView NoHistory = new([], [], []);

    public static RolloutView Idle(string name = "shop", string ns = "default") => new()
    {
        Namespace = ns,
        Name = name,
        Phase = RolloutPhase.Idle,
        StableRevision = "v1",
        TargetRevision = "v1",
        Steps = [Step(1, 5, StepStatus.Pending, holdSeconds: 300), Step(2, 50, StepStatus.Pending, minRequests: 1000), Step(3, 100, StepStatus.Pending, approval: "sre")],
        ObservedWeightPercent = 0,
        Metrics = [],
        WaitingFor = [],
        Conditions = [],
        Reason = RolloutReason.Adopted,
        Message = "v1 is stable and has all traffic.",
        PhaseSince = Now - TimeSpan.FromHours(2),
        Approvers = [],
        Problems = [],
        ResourceVersion = 1,
    };

    public static RolloutView Progressing() => Idle() with
    {
        Phase = RolloutPhase.Progressing,
        CanaryRevision = "v2",
        TargetRevision = "v2",
        Attempt = 1,
        Step = 2,
        Steps = [Step(1, 5, StepStatus.Done, holdSeconds: 300), Step(2, 50, StepStatus.Active, holdSeconds: 600, minRequests: 1000), Step(3, 100, StepStatus.Pending, approval: "sre")],
        WantedWeightPercent = 50,
        ObservedWeightPercent = 50,
        Metrics =
        [
            new() { Name = "success-rate", Kind = default, Verdict = Verdict.Passed, Value = "99.95 %", StableValue = "99.97 %", Threshold = "min 99 %", Requests = 12345, EvidenceRatio = 0.12, Message = "99.95 % of 12,345 requests succeeded; min 99 %." },
            new() { Name = "latency", Kind = default, Verdict = Verdict.Inconclusive, Value = "98.70 % within 500 ms", StableValue = "99.20 %", Threshold = "p99 max 500 ms", Requests = 12345, EvidenceRatio = 0.61, Message = "1.30 % of 12,345 requests since the step began are slower than 500 ms: chance may still explain it." },
            new() { Name = "[orders]", Kind = default, Threshold = "min 10", Requests = 0, EvidenceRatio = 0, Message = "Not evaluated yet." },
        ],
        WaitingFor = ["the hold of step 2, 3m12s", "metric latency: inconclusive"],
        Conditions = [new("Ready", "False", "Progressing", "A rollout is under way."), new("SpecChangePending", "True", "StepsEdited", "Edited steps apply to the next revision.")],
        Reason = RolloutReason.StepCompleted,
        Message = "Step 1 is done: v2 gets 50 %.",
        PhaseSince = Now - TimeSpan.FromMinutes(8),
        StepSince = Now - TimeSpan.FromMinutes(7),
        HoldLeftSeconds = 192,
        CanaryRequestsInStep = 12345,
        ResourceVersion = 7,
    };

    public static RolloutView Promoted() => Progressing() with
    {
        Phase = RolloutPhase.Promoted,
        StableRevision = "v2",
        Step = 0,
        WantedWeightPercent = 100,
        ObservedWeightPercent = 100,
        Metrics = [],
        WaitingFor = [],
        Conditions = [],
        HoldLeftSeconds = null,
        Reason = RolloutReason.Promoted,
        Message = "v2 is stable.",
        ResourceVersion = 9,
    };

    public static RolloutView Aborted() => Progressing() with
    {
        Phase = RolloutPhase.Aborted,
        Step = 0,
        WantedWeightPercent = 0,
        ObservedWeightPercent = 0,
        Reason = RolloutReason.TrafficReturned,
        Message = "v1 has all traffic again.",
        ResourceVersion = 9,
    };

    /// <summary>A newer revision under way.</summary>
    public static RolloutView Newer() => Progressing() with { CanaryRevision = "v3", TargetRevision = "v3", Phase = RolloutPhase.Initializing, Step = 0, ResourceVersion = 12 };

    public static HistoryView History(params (string Revision, RevisionOutcome Outcome)[] revisions) => new(
        [.. revisions.Select(row => new RevisionView(row.Revision, row.Outcome, RolloutReason.MetricFailed, "success-rate fell to 91 % (min 99 %).", Now - TimeSpan.FromMinutes(20), Now - TimeSpan.FromMinutes(11)))],
        [
            Transition(3, RolloutPhase.Progressing, RolloutPhase.Progressing, 2, 50, RolloutReason.StepCompleted, "Step 1 is done: v2 gets 50 %."),
            Transition(2, RolloutPhase.Initializing, RolloutPhase.Progressing, 1, 5, RolloutReason.CanaryReady, "v2 is ready and gets 5 %."),
            Transition(1, RolloutPhase.Idle, RolloutPhase.Initializing, 0, 0, RolloutReason.NewRevision, "v2 was asked for.", "ada"),
        ],
        [new("c1", Now - TimeSpan.FromMinutes(15), "ada", RolloutAction.Start, "v2", null, "release 12", CommandStatus.Accepted, "v2 starts.")]);

    private static RolloutEvent Transition(long sequence, RolloutPhase from, RolloutPhase to, int step, decimal weight, RolloutReason reason, string message, string? actor = null) => new()
    {
        Id = sequence,
        Namespace = "default",
        Name = "shop",
        Sequence = sequence,
        At = Now - TimeSpan.FromMinutes(10 - sequence),
        From = from,
        To = to,
        Revision = "v2",
        Step = step,
        WeightPercent = weight,
        Reason = reason,
        Message = message,
        Actor = actor,
    };

    private static StepView Step(int number, decimal weight, StepStatus status, double holdSeconds = 0, long minRequests = 0, string? approval = null) => new()
    {
        Number = number,
        WeightPercent = weight,
        HoldSeconds = holdSeconds,
        MinRequests = minRequests,
        Approval = approval,
        ApprovalsRequired = approval is null ? 0 : 1,
        Status = status,
    };
}
