namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Break-glass: a person takes it on themselves that a revision starts and goes on despite windows, freezes and the limit.</summary>
internal static class GlassCommands
{
    /// <summary>Whom the glass is broken for: the revision under way, else the one that waits to start; null when nothing does.</summary>
    public static string? Subject(RolloutState state) => state.Phase.IsUnderWay() ? state.CanaryRevision : state.Pending?.Revision;

    public static CommandResult Break(Turn turn, RolloutCommand command)
    {
        var state = turn.State;
        if (string.IsNullOrWhiteSpace(command.Comment))
        {
            return Commands.Refused("Say why: break-glass needs a reason, which stays in the audit trail.");
        }

        if (state is { Phase: RolloutPhase.Promoting, HandOverStarted: true })
        {
            return Commands.Unchanged($"{turn.Canary} is being handed over, which waits for no window.");
        }

        if (Subject(state) is not { } revision)
        {
            return Commands.Refused("Nothing is under way, and nothing waits to start. Start the revision first, then break the glass for it.");
        }

        if (Windows.IsBrokenFor(state, revision))
        {
            return Commands.Unchanged($"The glass is broken for {revision} already, by {state.Glass!.Actor}: {state.Glass.Reason}");
        }

        var (cause, why) = (state.Reason, state.Message);
        var glass = new BrokenGlass(revision, command.Actor, turn.Now, command.Comment);
        turn.Record(
            state with { Glass = glass },
            RolloutReason.GlassBroken,
            $"{command.Actor} broke the glass for {revision}, which no window and no limit holds up now: {command.Comment}",
            command.Actor);
        if (!state.Phase.IsUnderWay())
        {
            // What became of the last revision stays what is told of it.
            turn.State = turn.State with { Reason = cause, Message = why };
        }

        Requests.Settle(turn);
        return Commands.Accepted($"{revision} starts and goes on despite windows and limits, until it is promoted or rolled back. Its metrics, steps and approvals count as always.");
    }
}
