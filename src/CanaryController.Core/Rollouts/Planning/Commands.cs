namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Carries out commands. Each has a defined answer in each phase, which says what to do instead when it is refused.</summary>
internal static class Commands
{
    public static void Carry(Turn turn)
    {
        if (turn.Seen.Command is not { } command)
        {
            return;
        }

        turn.Answer = Obstacle(turn, command) ?? command.Action switch
        {
            RolloutAction.Start => RevisionCommands.Start(turn, command),
            RolloutAction.Undo => RevisionCommands.Undo(turn, command),
            RolloutAction.Retry => RevisionCommands.Retry(turn, command),
            RolloutAction.Promote => FlowCommands.Promote(turn, command),
            RolloutAction.Abort => FlowCommands.Abort(turn, command),
            RolloutAction.Pause => FlowCommands.Pause(turn, command),
            RolloutAction.Resume => FlowCommands.Resume(turn, command),
            RolloutAction.Skip => FlowCommands.Skip(turn, command),
            RolloutAction.Approve => ApprovalCommands.Approve(turn, command),
            RolloutAction.Reject => ApprovalCommands.Reject(turn, command),
            RolloutAction.BreakGlass => GlassCommands.Break(turn, command),
        };
    }

    public static CommandResult Accepted(string message) => new(CommandStatus.Accepted, message);

    public static CommandResult Unchanged(string message) => new(CommandStatus.Unchanged, message);

    public static CommandResult Conflict(string message) => new(CommandStatus.Conflict, message);

    public static CommandResult Refused(string message) => new(CommandStatus.Refused, message);

    public static string Because(RolloutCommand command) => command.Comment is { Length: > 0 } comment ? $": {comment}" : ".";

    /// <summary>Traffic does not move forward while a window is closed, by nobody's command: a person has to say that this is an emergency.</summary>
    public static CommandResult? Closed(Turn turn, string what) => Windows.MayAdvance(turn.State, turn.Seen)
        ? null
        : Refused($"The window is {turn.Seen.Window.Because} {what} when it opens, or break the glass first, with a reason.");

    /// <summary>What stands in the way of any command, or of one whose sender saw something else.</summary>
    private static CommandResult? Obstacle(Turn turn, RolloutCommand command)
    {
        var state = turn.State;
        if (turn.Seen.Deleted)
        {
            return Refused("The rollout was deleted; create it again to go on.");
        }

        if (turn.Seen.Released)
        {
            return Refused("The rollout was released; adopt it to go on.");
        }

        if (state.StableRevision is null)
        {
            return Refused("The rollout is not adopted yet: its stable revision and its route must be known first. Try again when the router answers.");
        }

        if (command.Action is RolloutAction.Start)
        {
            return command.ExpectedTarget is { } expected && expected != state.TargetRevision
                ? Conflict($"The target is {state.TargetRevision ?? "none"}, not {expected}. Look at the rollout again, then start.")
                : null;
        }

        if (command.Action is RolloutAction.Undo)
        {
            return null;
        }

        if (command.Action is RolloutAction.BreakGlass)
        {
            return command.Revision is { } meant && GlassCommands.Subject(state) is { } subject && meant != subject
                ? Conflict($"What is under way or waits is {subject}, not {meant}. Look at the rollout again before you decide.")
                : null;
        }

        if (command.Action is RolloutAction.Abort && (FlowCommands.Withdrawn(state, command) is not null || FlowCommands.IsOfWaiting(state, command)))
        {
            return null;
        }

        if (command.Revision is { } revision && revision != state.CanaryRevision)
        {
            return Conflict($"The canary is {state.CanaryRevision ?? "none"}, not {revision}. Look at the rollout again before you decide.");
        }

        if (command.Attempt is { } attempt && attempt != state.Attempt)
        {
            return Conflict($"This is attempt {state.Attempt} of {turn.Canary}, not attempt {attempt}. Look at the rollout again before you decide.");
        }

        return IsUnderWay(state.Phase) && command.StepIndex is { } index && index != state.StepIndex ? FlowCommands.OtherStep(turn, index) : null;
    }

    /// <summary>Otherwise there is no present step, and what became of the revision says more.</summary>
    private static bool IsUnderWay(RolloutPhase phase) =>
        phase is RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.WaitingApproval or RolloutPhase.Promoting;
}
