namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Waits for people while everything else holds. The hold limit and the progress deadline do not run; the approval's timeout does.</summary>
internal static class Approving
{
    public static void Advance(Turn turn)
    {
        var isCarried = Stepping.Arrive(turn);
        var state = turn.State;
        if (Steps.Present(state).Approval is not { } approval || Steps.Approvals(state) >= approval.Required)
        {
            GoOn(turn);
            return;
        }

        if (!(Moments.ApprovalTimeout(state) <= turn.Now))
        {
            return;
        }

        var nobody = $"Approval '{approval.Name}' had {Steps.Approvals(state)} of {approval.Required} after {Durations.Describe(approval.Timeout!.Value)}.";
        switch (approval.OnTimeout)
        {
            case ApprovalTimeoutAction.Abort:
                Aborting.Begin(turn, RolloutReason.ApprovalTimedOut, $"{nobody} {turn.Canary} is taken back.");
                break;
            case ApprovalTimeoutAction.Promote when isCarried && ExitConditions.Of(turn.Spec, state, turn.Seen) is { OnlyApprovalIsMissing: true, MayAdvance: true }:
                Stepping.Leave(turn, RolloutReason.ApprovalTimedOut, $"{nobody} By policy the rollout goes on.");
                break;
            case ApprovalTimeoutAction.Promote:
            case ApprovalTimeoutAction.Hold:
                break;
        }
    }

    private static void GoOn(Turn turn)
    {
        var state = turn.State;
        var last = state.Approvals is { IsEmpty: false } approvals ? approvals[^1] : null;
        var message = last is { Comment.Length: > 0 }
            ? $"{Stepping.Describe(turn)} is approved, last by {last.Approver}: {last.Comment}"
            : $"{Stepping.Describe(turn)} is approved, last by {last?.Approver ?? "nobody"}.";
        turn.Record(state with { Phase = RolloutPhase.Progressing }, RolloutReason.Approved, message, last?.Approver);
    }
}
