using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Rollouts;

/// <summary>Makes specs, steps and judgements.</summary>
internal static class Specs
{
    public static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static RolloutSpec External(params RolloutStep[] steps) => new()
    {
        Workload = WorkloadKind.External,
        InitialStableRevision = "v1",
        Steps = EquatableArray.Create(steps.AsSpan()),
        Analysis = new AnalysisPolicy { Metrics = [new MetricSpec { Name = "success-rate", Kind = MetricKind.RequestSuccessRate, Min = 0.99 }] },
    };

    public static RolloutStep Step(decimal percent, int holdMinutes = 1) =>
        new() { Weight = CanaryWeight.TryFromPercent(percent)!.Value, Hold = holdMinutes * Minute };

    public static RolloutStep Approved(
        decimal percent, int required = 1, int? timeoutMinutes = null, ApprovalTimeoutAction onTimeout = ApprovalTimeoutAction.Abort) =>
        Step(percent) with
        {
            Approval = new ApprovalRequirement
            {
                Name = "sre",
                Required = required,
                Timeout = timeoutMinutes is { } minutes ? minutes * Minute : null,
                OnTimeout = onTimeout,
            },
        };

    public static GateSpec Gate(string name, GateMoment when) => new() { Name = name, When = when, Url = $"https://gates.example.com/{name}" };

    /// <summary>What the gates of the attempt's plan answer; those for which <paramref name="answer"/> says nothing have not answered.</summary>
    public static EquatableArray<GateObservation> Answers(RolloutState? state, Func<int, GateSpec, (GateStatus Status, string Message)?> answer) =>
        state?.CanaryRevision is not { } revision ? [] :
        [
            .. state.Plan.SelectMany((step, index) => step.Gates.Select(gate => answer(index, gate) is var (status, message) ? new GateObservation(revision, state.Attempt, index, gate.Name, status, message) : null))
                .OfType<GateObservation>(),
        ];

    /// <summary>All is well: those that are asked whether to go on say yes, and nobody demands a rollback.</summary>
    public static (GateStatus Status, string Message)? AllPass(int stepIndex, GateSpec gate) => gate.When is GateMoment.Rollback ? null : (GateStatus.Passed, "ok.");

    public static AnalysisObservation? Judgements(RolloutSpec spec, RolloutState state, Verdict verdict, long? requests = 1000)
    {
        if (state.CanaryRevision is null)
        {
            return null;
        }

        var step = state.StepIndex < state.Plan.Count ? state.Plan[state.StepIndex].Metrics : [];
        return new AnalysisObservation(
            state.CanaryRevision, state.Attempt, state.StepIndex, requests, [.. spec.Analysis.Metrics.Concat(step).Select(metric => Judge(metric.Name, verdict))]);
    }

    public static MetricJudgement Judge(string name, Verdict verdict) =>
        new() { Name = name, Verdict = verdict, Message = $"{name} 96.2 % is below min 99 %." };
}
