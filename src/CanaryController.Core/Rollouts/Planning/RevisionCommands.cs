using CanaryController.Core.Traffic;

namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Commands that ask for a revision.</summary>
internal static class RevisionCommands
{
    public static CommandResult Start(Turn turn, RolloutCommand command)
    {
        var state = turn.State;
        if (string.IsNullOrEmpty(command.Revision))
        {
            return Commands.Refused("Name the revision to start.");
        }

        var revision = command.Revision;
        if (state.Phase is RolloutPhase.Aborted && revision == state.CanaryRevision && IsRejected(state))
        {
            return Commands.Refused($"{revision} was rolled back: {state.Message} Use retry to try it again, or start another revision.");
        }

        if (state.Phase is RolloutPhase.Aborting && revision == state.CanaryRevision && IsRejected(state) && state.Pending?.Revision != revision)
        {
            return Commands.Refused($"{revision} was rolled back: {state.Message} Retry it once traffic has returned, or start another revision.");
        }

        return AlreadySo(state, revision) ?? Ask(turn, new StartRequest(revision, RolloutReason.NewRevision, command.Actor));
    }

    public static CommandResult Undo(Turn turn, RolloutCommand command)
    {
        var state = turn.State;
        if (command.Revision is null && Misunderstood(turn) is { } refusal)
        {
            return refusal;
        }

        if ((command.Revision ?? Revisions.Previous(state)) is not { } revision)
        {
            return Commands.Refused($"No stable revision before {turn.Stable} is known. Start the revision that you want.");
        }

        if (!Revisions.WasEverStable(state, revision))
        {
            return Commands.Refused($"{revision} is not among the stable revisions of the last {Revisions.Kept}. Start it as a new revision.");
        }

        return AlreadySo(state, revision) ?? Ask(turn, new StartRequest(revision, RolloutReason.UndoRequested, command.Actor));
    }

    public static CommandResult Retry(Turn turn, RolloutCommand command)
    {
        var state = turn.State;
        switch (state.Phase)
        {
            case RolloutPhase.Aborted when state.CanaryRevision is { } revision && revision != state.StableRevision:
                Starting.Begin(
                    turn,
                    revision,
                    state.Undo,
                    atOnce: false,
                    RolloutReason.RetryRequested,
                    $"{command.Actor} tries {revision} again, attempt {Revisions.NextAttempt(state, revision)}{Commands.Because(command)}",
                    command.Actor);
                return Commands.Accepted($"{revision} starts again from {CanaryWeight.Zero}, attempt {turn.State.Attempt}.");
            case RolloutPhase.Aborting:
                return Commands.Refused($"Traffic is still returning to {turn.Stable}. Retry once the rollout is aborted.");
            case RolloutPhase.Promoting when state.HandOverStarted:
                return FlowCommands.BeingHandedOver(turn);
            case RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.WaitingApproval or RolloutPhase.Promoting:
                return Commands.Refused($"{turn.Canary} is under way. Abort it first to try it again from the start.");
            case RolloutPhase.Aborted or RolloutPhase.Idle or RolloutPhase.Promoted or RolloutPhase.Invalid:
            default:
                return Commands.Refused("Nothing was rolled back that could be tried again. Start a revision.");
        }
    }

    /// <summary>
    /// Who sends undo without a name while a canary is under way, or was until a moment ago, wants to be rid of it; the revision before stable is not meant.
    /// </summary>
    private static CommandResult? Misunderstood(Turn turn) => turn.State.Phase switch
    {
        RolloutPhase.Promoting when turn.State.HandOverStarted => FlowCommands.BeingHandedOver(turn),
        RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.WaitingApproval or RolloutPhase.Promoting =>
            Commands.Refused($"{turn.Canary} is under way: abort returns to {turn.Stable}. To go further back, name the revision."),
        RolloutPhase.Aborting =>
            Commands.Refused($"{turn.Canary} is being rolled back already: traffic returns to {turn.Stable}. To go further back, name the revision."),
        RolloutPhase.Idle or RolloutPhase.Promoted or RolloutPhase.Aborted or RolloutPhase.Invalid => null,
    };

    private static CommandResult Ask(Turn turn, StartRequest request)
    {
        var phase = turn.State.Phase;
        var isHandingOver = turn.State.HandOverStarted;
        var isStable = request.Revision == turn.State.StableRevision;
        var (canary, stable) = (turn.Canary, turn.Stable);
        Requests.Ask(turn, request);
        Requests.Settle(turn);
        return Commands.Accepted((phase.IsUnderWay(), isHandingOver, isStable) switch
        {
            (true, true, _) when request.Revision == turn.State.CanaryRevision => $"{canary} is being handed over and stays; nothing starts after it.",
            (true, true, _) => $"{canary} is being handed over; {request.Revision} starts after that.",
            (true, false, true) => $"{canary} is taken back; {stable} stays stable.",
            (true, false, false) => $"{canary} is taken back first, then {request.Revision} starts from {CanaryWeight.Zero}.",
            (false, _, _) when phase is RolloutPhase.Aborting => isStable
                ? $"{stable} is wanted; nothing starts once traffic has returned."
                : $"{request.Revision} starts once traffic has returned to {stable}.",
            (false, _, _) => $"{request.Revision} starts from {CanaryWeight.Zero}.",
        });
    }

    private static CommandResult? AlreadySo(RolloutState state, string revision)
    {
        if (state.Phase.IsAtRest() && revision == state.StableRevision && state.Pending is null)
        {
            return Commands.Unchanged($"{revision} is stable already.");
        }

        if (state.Phase.IsUnderWay() && revision == state.CanaryRevision && state.Pending is null)
        {
            return Commands.Unchanged($"{revision} is under way already.");
        }

        if (state.Phase is RolloutPhase.Aborting && revision == state.StableRevision && state.Pending?.Revision == revision)
        {
            return Commands.Unchanged($"{revision} is wanted already; nothing starts once traffic has returned.");
        }

        return state.Pending?.Revision == revision ? Commands.Unchanged($"{revision} is asked for already and starts once the rollout is at rest.") : null;
    }

    private static bool IsRejected(RolloutState state) => state.History is { IsEmpty: false } history && history[^1].Outcome is RevisionOutcome.RolledBack;
}
