namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Commands that stop, move or end the canary under way.</summary>
internal static class FlowCommands
{
    public static CommandResult Promote(Turn turn, RolloutCommand command)
    {
        switch (turn.State.Phase)
        {
            case RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.WaitingApproval when Commands.Closed(turn, "Promote") is { } closed:
                return closed;
            case RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.WaitingApproval:
                Promoting.Begin(
                    turn,
                    turn.State,
                    RolloutReason.PromoteRequested,
                    $"{command.Actor} promotes {turn.Canary} from {turn.State.Weight}, without its remaining steps{Commands.Because(command)}",
                    command.Actor);
                return Commands.Accepted($"{turn.Canary} gets all traffic as soon as it has the capacity, then it becomes stable.");
            case RolloutPhase.Promoting:
                return Commands.Unchanged($"{turn.Canary} is being promoted already.");
            case RolloutPhase.Promoted:
                return Commands.Unchanged($"{turn.Canary} is stable already.");
            case RolloutPhase.Aborting:
                return Commands.Refused($"{turn.Canary} is being rolled back: {turn.State.Message} Retry it once traffic has returned.");
            case RolloutPhase.Aborted:
                return Commands.Refused($"{turn.Canary} was rolled back: {turn.State.Message} Retry it, or start another revision.");
            case RolloutPhase.Idle or RolloutPhase.Invalid:
            default:
                return NothingUnderWay();
        }
    }

    /// <summary>Who aborts and names the revision that waits to start means that one: the job that asked for it was cancelled, say.</summary>
    public static bool IsOfWaiting(RolloutState state, RolloutCommand command) => command is { Action: RolloutAction.Abort, Revision: { } meant, Attempt: null } && state.Pending?.Revision == meant;

    public static CommandResult Abort(Turn turn, RolloutCommand command)
    {
        if (IsOfWaiting(turn.State, command) && !turn.State.Phase.IsAtRest())
        {
            return Drop(turn, command.Revision!);
        }

        switch (turn.State.Phase)
        {
            case RolloutPhase.Promoting when turn.State.HandOverStarted:
                return BeingHandedOver(turn);
            case RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.WaitingApproval or RolloutPhase.Promoting:
                Aborting.Begin(turn, RolloutReason.AbortRequested, $"{command.Actor} aborted {turn.Canary}{Commands.Because(command)}", command.Actor);
                return Commands.Accepted($"Traffic returns to {turn.Stable} now.");
            case RolloutPhase.Idle or RolloutPhase.Promoted or RolloutPhase.Aborted when Withdrawn(turn.State, command) is { } pending:
                return Withdraw(turn, command, pending);
            case RolloutPhase.Aborting:
                return Commands.Unchanged($"{turn.Canary} is being rolled back already: {turn.State.Message}");
            case RolloutPhase.Aborted:
                return Commands.Unchanged($"{turn.Canary} was rolled back already: {turn.State.Message}");
            case RolloutPhase.Promoted:
                return Commands.Refused($"{turn.Canary} is stable already. Undo returns to the revision before it.");
            case RolloutPhase.Idle or RolloutPhase.Invalid:
            default:
                return Commands.Unchanged($"Nothing is under way; {turn.Stable} has all traffic.");
        }
    }

    public static CommandResult Pause(Turn turn, RolloutCommand command)
    {
        switch (turn.State.Phase)
        {
            case RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.WaitingApproval:
                Pausing.Begin(turn, command.Actor, command.Comment);
                return Commands.Accepted($"{turn.Canary} stays at {turn.State.Weight} until somebody resumes; failing evidence still rolls it back.");
            case RolloutPhase.Paused:
                return Commands.Unchanged($"{turn.Canary} is paused already, at {turn.State.Weight}.");
            case RolloutPhase.Promoting when turn.State.HandOverStarted:
                return BeingHandedOver(turn);
            case RolloutPhase.Promoting:
                return Commands.Refused($"{turn.Canary} is being promoted, which is not paused halfway. Abort to return to {turn.Stable}.");
            case RolloutPhase.Aborting:
                return Commands.Refused($"A rollback is never paused. Traffic returns to {turn.Stable}.");
            case RolloutPhase.Aborted or RolloutPhase.Promoted or RolloutPhase.Idle or RolloutPhase.Invalid:
            default:
                return NothingUnderWay();
        }
    }

    public static CommandResult Resume(Turn turn, RolloutCommand command)
    {
        switch (turn.State.Phase)
        {
            case RolloutPhase.Paused:
                Pausing.End(turn, command.Actor);
                return Commands.Accepted($"{turn.Canary} goes on from {turn.State.Weight}.");
            case RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Promoting:
                return Commands.Unchanged($"{turn.Canary} is not paused.");
            case RolloutPhase.WaitingApproval:
                return Commands.Unchanged($"{turn.Canary} is not paused; it waits for an approval. Approve it, or skip the step.");
            case RolloutPhase.Aborting:
                return Commands.Refused($"{turn.Canary} is being rolled back. Retry it once traffic has returned.");
            case RolloutPhase.Aborted or RolloutPhase.Promoted or RolloutPhase.Idle or RolloutPhase.Invalid:
            default:
                return NothingUnderWay();
        }
    }

    /// <summary>Leaves the step whatever its conditions say. A failed metric has rolled the canary back before this is asked.</summary>
    public static CommandResult Skip(Turn turn, RolloutCommand command)
    {
        switch (turn.State.Phase)
        {
            case RolloutPhase.Progressing or RolloutPhase.WaitingApproval when Commands.Closed(turn, "Skip") is { } closed:
                return closed;
            case RolloutPhase.Progressing or RolloutPhase.WaitingApproval:
                var step = Steps.Describe(turn.State);
                Stepping.Leave(turn, RolloutReason.StepSkipped, $"{command.Actor} skipped {Stepping.Describe(turn)}{Commands.Because(command)}", command.Actor);
                return Commands.Accepted($"{step} is left without its exit conditions.");
            case RolloutPhase.Initializing:
                return Commands.Refused($"{turn.Canary} is not at a step yet: it waits for capacity and the router. Abort, or promote.");
            case RolloutPhase.Paused:
                return Commands.Refused($"{turn.Canary} is paused. Resume it first, then skip.");
            case RolloutPhase.Promoting:
                return Commands.Refused($"{turn.Canary} has left its last step and is being promoted.");
            case RolloutPhase.Aborting:
                return Commands.Refused($"{turn.Canary} is being rolled back. Retry it once traffic has returned.");
            case RolloutPhase.Aborted or RolloutPhase.Promoted or RolloutPhase.Idle or RolloutPhase.Invalid:
            default:
                return NothingUnderWay();
        }
    }

    public static CommandResult OtherStep(Turn turn, int index) =>
        Commands.Conflict($"{turn.Canary} is at {Steps.Describe(turn.State)}, not at step {(long)index + 1}. Look at the rollout again before you decide.");

    public static CommandResult BeingHandedOver(Turn turn) =>
        Commands.Refused($"{turn.Canary} is being handed over, which cannot be stopped halfway. Wait until it is promoted, then undo.");

    public static CommandResult NothingUnderWay() => Commands.Refused("Nothing is under way. Start a revision first.");

    /// <summary>What waits to start, when an abort means that: who names a revision means no other one, and who names an attempt one that began.</summary>
    public static StartRequest? Withdrawn(RolloutState state, RolloutCommand command) =>
        command.Attempt is null && state.Phase.IsAtRest() && state.Pending is { } pending && (command.Revision is null || command.Revision == pending.Revision) ? pending : null;

    /// <summary>What waits for the one before it to give its traffic back is forgotten.</summary>
    private static CommandResult Drop(Turn turn, string revision)
    {
        turn.State = turn.State with { Pending = null, TargetRevision = turn.State.CanaryRevision };
        return Commands.Accepted($"{revision} does not start.");
    }

    /// <summary>What waits to start is begun and taken back at once, without traffic: it is told like any other that was aborted, and may be retried.</summary>
    private static CommandResult Withdraw(Turn turn, RolloutCommand command, StartRequest pending)
    {
        Requests.Begin(turn, pending);
        Aborting.Begin(turn, RolloutReason.AbortRequested, $"{command.Actor} aborted {turn.Canary} before it began{Commands.Because(command)}", command.Actor);
        return Commands.Accepted($"{pending.Revision} does not start; {turn.Stable} keeps all traffic.");
    }
}
