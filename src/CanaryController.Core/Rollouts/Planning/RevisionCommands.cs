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

        return AlreadySo(state, revision) ?? Ask(turn, Request(turn, command, revision, RolloutReason.NewRevision));
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

        return AlreadySo(state, revision, isUndo: true) ?? Ask(turn, Request(turn, command, revision, RolloutReason.UndoRequested));
    }

    public static CommandResult Retry(Turn turn, RolloutCommand command)
    {
        var state = turn.State;
        switch (state.Phase)
        {
            case RolloutPhase.Aborted when state.CanaryRevision is { } revision && revision != state.StableRevision:
                if (state.Pending is { Reason: RolloutReason.RetryRequested } pending && pending.Revision == revision)
                {
                    return Commands.Unchanged($"{revision} is to be tried again already. {Waits(turn)}".TrimEnd());
                }

                Requests.Ask(turn, Request(turn, command, revision, RolloutReason.RetryRequested));
                Requests.Settle(turn);
                return Commands.Accepted(turn.State.Pending is null
                    ? $"{revision} starts again from {CanaryWeight.Zero}, attempt {turn.State.Attempt}."
                    : $"{revision} starts again from {CanaryWeight.Zero} as soon as it may. {Waits(turn)}");
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

    private static StartRequest Request(Turn turn, RolloutCommand command, string revision, RolloutReason reason) =>
        new(revision, reason, command.Actor) { AskedAt = turn.Now, Comment = command.Comment };

    /// <summary>What a request at rest waits for.</summary>
    private static string Waits(Turn turn) => string.Join(' ', WaitingSentences.ForStart(turn.State, turn.Seen));

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
            (false, _, _) when turn.State.Pending is not null => $"{request.Revision} starts from {CanaryWeight.Zero} as soon as it may. {Waits(turn)}",
            (false, _, _) => $"{request.Revision} starts from {CanaryWeight.Zero}.",
        });
    }

    private static CommandResult? AlreadySo(RolloutState state, string revision, bool isUndo = false)
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

        return state.Pending?.Revision != revision || (isUndo && !Windows.IsWayBack(state, state.Pending)) ? null
            : state.Phase.IsAtRest() ? Commands.Unchanged($"{revision} is asked for already and starts as soon as it may.")
            : Commands.Unchanged($"{revision} is asked for already and starts once the rollout is at rest.");
    }

    private static bool IsRejected(RolloutState state) => state.History is { IsEmpty: false } history && history[^1].Outcome is RevisionOutcome.RolledBack;
}
