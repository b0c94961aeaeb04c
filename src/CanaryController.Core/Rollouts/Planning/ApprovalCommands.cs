using CanaryController.Core.Approvals;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>People's answers. They count for the present step of the present attempt, and never for a later one.</summary>
internal static class ApprovalCommands
{
    public static CommandResult Approve(Turn turn, RolloutCommand command)
    {
        if (Obstacle(turn) is { } obstacle)
        {
            return obstacle;
        }

        var state = turn.State;
        var approval = Steps.Present(state).Approval!;
        if (command.Revision is null || command.StepIndex is null)
        {
            return Commands.Refused($"An approval counts for one revision and one step: name them, now {turn.Canary} and step {state.StepIndex + 1}.");
        }

        var verdict = ApproverRules.Judge(approval, command.Identity, command.Actor, state.Authors);
        if (verdict.Person is not { } person)
        {
            return Commands.Refused(verdict.Refusal!);
        }

        var count = Steps.Approvals(state);
        if (count >= approval.Required)
        {
            return Commands.Unchanged($"Approval '{approval.Name}' has its {approval.Required} already.");
        }

        if (HasApproved(state, person))
        {
            return Commands.Unchanged($"{command.Actor} has approved {Steps.Describe(state)} already; another person must ({count} of {approval.Required}).");
        }

        var record = new ApprovalRecord(state.StepIndex, command.Actor, turn.Now, command.Comment) { Person = person, Via = command.Identity?.Source };
        var message = $"{command.Actor} approved {Stepping.Describe(turn)}, {count + 1} of {approval.Required}{Commands.Because(command)}";
        turn.Record(state with { Approvals = state.Approvals.Add(record) }, RolloutReason.ApprovalGiven, message, command.Actor);
        return Commands.Accepted($"Approval '{approval.Name}' has {count + 1} of {approval.Required}.");
    }

    public static CommandResult Reject(Turn turn, RolloutCommand command)
    {
        if (Obstacle(turn) is { } obstacle)
        {
            return obstacle;
        }

        var verdict = ApproverRules.JudgeRejection(Steps.Present(turn.State).Approval!, command.Identity, command.Actor);
        if (verdict.Refusal is { } refusal)
        {
            return Commands.Refused(refusal);
        }

        var message = $"{command.Actor} rejected {Stepping.Describe(turn)}{Commands.Because(command)}";
        Aborting.Begin(turn, RolloutReason.ApprovalRejected, message, command.Actor);
        return Commands.Accepted($"{turn.Canary} is rejected: traffic returns to {turn.Stable} now.");
    }

    private static CommandResult? Obstacle(Turn turn)
    {
        var state = turn.State;
        switch (state.Phase)
        {
            case RolloutPhase.Initializing:
            case RolloutPhase.Paused when state.PausedFrom is RolloutPhase.Initializing:
                return Commands.Refused($"{turn.Canary} is not at a step yet. Answer when it waits for the approval.");
            case RolloutPhase.Progressing or RolloutPhase.WaitingApproval or RolloutPhase.Paused:
                return Steps.Present(state).Approval is null
                    ? Commands.Refused($"{Stepping.Describe(turn)} asks for no approval. Skip it to go on, or abort.")
                    : null;
            case RolloutPhase.Promoting when state.HandOverStarted:
                return FlowCommands.BeingHandedOver(turn);
            case RolloutPhase.Promoting:
                return Commands.Refused($"{turn.Canary} has left its last step and is being promoted. Abort to stop it.");
            case RolloutPhase.Aborting or RolloutPhase.Aborted:
                return Commands.Refused($"{turn.Canary} was rolled back: {state.Message} Retry it once traffic has returned.");
            case RolloutPhase.Promoted or RolloutPhase.Idle or RolloutPhase.Invalid:
            default:
                return FlowCommands.NothingUnderWay();
        }
    }

    private static bool HasApproved(RolloutState state, string person)
    {
        foreach (var approval in state.Approvals)
        {
            if (approval.StepIndex == state.StepIndex && ApproverRules.AreAlike(approval.Person ?? approval.Approver, person))
            {
                return true;
            }
        }

        return false;
    }
}
