using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.Resources.Mapping;

/// <summary>The steps of the revision under way, or of the next one.</summary>
public static class StepViews
{
    /// <summary>Each step and where the rollout is on its way.</summary>
    /// <param name="spec">What is in force; null when nothing is.</param>
    /// <param name="state">What is remembered.</param>
    /// <param name="answers">What gates said; empty where only the controller knows.</param>
    public static IReadOnlyList<StepView> From(RolloutSpec? spec, RolloutState state, EquatableArray<GateObservation> answers)
    {
        var plan = state.Plan.IsEmpty ? spec?.Steps ?? [] : state.Plan;
        return [.. plan.Select((step, index) => Of(step, index, StatusOf(state, index), [.. step.Gates.Select(gate => Gate(gate, index, state, answers))]))];
    }

    /// <summary>The answers to the present step, oldest first.</summary>
    public static IReadOnlyList<ApprovalView> Approvals(RolloutState state) =>
        [.. state.Approvals.Where(approval => approval.StepIndex == state.StepIndex).Select(approval => new ApprovalView(approval.Approver, approval.At, approval.Via, approval.Comment))];

    /// <summary>The number of the step that the rollout is at, or ended at by a rollback; 0 for none.</summary>
    public static int Present(IReadOnlyList<StepView> steps) => steps.FirstOrDefault(step => step.Status is StepStatus.Active or StepStatus.Failed)?.Number ?? 0;

    private static StepView Of(RolloutStep step, int index, StepStatus status, IReadOnlyList<StepGateView> gates) => new()
    {
        Number = index + 1,
        WeightPercent = step.Weight.Percent,
        HoldSeconds = step.Hold.TotalSeconds,
        MinRequests = step.MinRequests,
        Approval = step.Approval?.Name,
        ApprovalsRequired = step.Approval?.Required ?? 0,
        Gates = gates,
        Status = status,
    };

    private static StepGateView Gate(GateSpec gate, int index, RolloutState state, EquatableArray<GateObservation> answers)
    {
        var answer = answers.FirstOrDefault(answer => answer.StepIndex == index && answer.Name == gate.Name && answer.Revision == state.CanaryRevision && answer.Attempt == state.Attempt);
        return new() { Name = gate.Name, When = gate.When, Status = answer?.Status, Message = answer?.Message };
    }

    private static StepStatus StatusOf(RolloutState state, int index) => state.Phase switch
    {
        RolloutPhase.Idle or RolloutPhase.Invalid => StepStatus.Pending,
        RolloutPhase.Promoted or RolloutPhase.Promoting => StepStatus.Done,
        RolloutPhase.Aborting or RolloutPhase.Aborted => Relative(state, index, StepStatus.Failed),
        RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.WaitingApproval =>
            Relative(state, index, StepStatus.Active),
    };

    private static StepStatus Relative(RolloutState state, int index, StepStatus atStep) =>
        index < state.StepIndex ? StepStatus.Done : index == state.StepIndex ? atStep : StepStatus.Pending;
}
