using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Approvals.Slack;

/// <summary>What a message shows of a rollout.</summary>
internal sealed record SlackPicture
{
    /// <summary>Whose.</summary>
    public required RolloutKey Rollout { get; init; }

    /// <summary>The revision that is shown.</summary>
    public required string Revision { get; init; }

    /// <summary>Its attempt; 0 when that is over.</summary>
    public int Attempt { get; init; }

    /// <summary>Where it stands.</summary>
    public required RolloutPhase Phase { get; init; }

    /// <summary>The step, from 1; 0 for none.</summary>
    public int Step { get; init; }

    /// <summary>How many there are; 0 when that is not known any more.</summary>
    public int Steps { get; init; }

    /// <summary>The canary's share.</summary>
    public decimal WeightPercent { get; init; }

    /// <summary>Why.</summary>
    public required RolloutReason Reason { get; init; }

    /// <summary>The same in one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>Who, when a person did it.</summary>
    public string? Actor { get; init; }

    /// <summary>The approval of the present step; null for none.</summary>
    public ApprovalRequirement? Approval { get; init; }

    /// <summary>The answers to it.</summary>
    public EquatableArray<ApprovalRecord> Approvals { get; init; }

    /// <summary>The rollout as it is now, while it still is about the revision of the transition; else as the transition left it.</summary>
    public static SlackPicture Of(RolloutKey rollout, RolloutEvent transition, RolloutState state)
    {
        var isPresent = transition.Revision == state.CanaryRevision && state.Sequence >= transition.Sequence;
        if (!isPresent)
        {
            return new()
            {
                Rollout = rollout,
                Revision = transition.Revision ?? "",
                Phase = transition.To,
                Step = transition.Step,
                WeightPercent = transition.WeightPercent,
                Reason = transition.Reason,
                Message = transition.Message,
                Actor = transition.Actor,
            };
        }

        var isWithin = state.Phase.IsUnderWay() && state.StepIndex >= 0 && state.StepIndex < state.Plan.Count;
        return new()
        {
            Rollout = rollout,
            Revision = state.CanaryRevision!,
            Attempt = state.Attempt,
            Phase = state.Phase,
            Step = isWithin ? state.StepIndex + 1 : 0,
            Steps = state.Plan.Count,
            WeightPercent = state.Weight.Percent,
            Reason = state.Reason,
            Message = state.Message,
            Actor = transition.Actor,
            Approval = isWithin ? state.Plan[state.StepIndex].Approval : null,
            Approvals = [.. state.Approvals.Where(approval => approval.StepIndex == state.StepIndex)],
        };
    }
}
