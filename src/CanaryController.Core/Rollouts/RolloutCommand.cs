using CanaryController.Core.Approvals;

namespace CanaryController.Core.Rollouts;

/// <summary>What a person or a pipeline asks for.</summary>
public sealed record RolloutCommand
{
    /// <summary>Names the command; the same id is carried out once.</summary>
    public required string Id { get; init; }

    /// <summary>What to do.</summary>
    public required RolloutAction Action { get; init; }

    /// <summary>For start: the new revision. For undo: the earlier stable, null = the one before. For all others: the revision that the sender saw; the command is refused when another is under way. Null = any.</summary>
    public string? Revision { get; init; }

    /// <summary>For start: the target revision that the sender saw; refused when it is another. Null = any.</summary>
    public string? ExpectedTarget { get; init; }

    /// <summary>The step (from 0) that the sender saw; refused when another is under way. Null = any. Not for start and undo, which do not depend on it.</summary>
    public int? StepIndex { get; init; }

    /// <summary>The try of the revision that the sender saw, from 1; refused when another is under way. Null = any.</summary>
    public int? Attempt { get; init; }

    /// <summary>Who asks, for the audit trail.</summary>
    public required string Actor { get; init; }

    /// <summary>Who asks, as somebody vouches for it; null when nobody does.</summary>
    public ApproverIdentity? Identity { get; init; }

    /// <summary>Why, on one line: line ends and control characters in it are blanks.</summary>
    public string? Comment { get; init => field = value is null ? null : CommentText.OneLine(value); }
}

/// <summary>The commands.</summary>
public enum RolloutAction
{
    /// <summary>Roll out a new revision.</summary>
    Start,

    /// <summary>All traffic to the canary now, then make it stable.</summary>
    Promote,

    /// <summary>Return to stable.</summary>
    Abort,

    /// <summary>Stay at the present weight.</summary>
    Pause,

    /// <summary>Go on after a pause.</summary>
    Resume,

    /// <summary>Try the aborted revision again, from weight 0.</summary>
    Retry,

    /// <summary>Leave the present step without its exit conditions.</summary>
    Skip,

    /// <summary>Go back to a revision that was once stable.</summary>
    Undo,

    /// <summary>Agree to leave the present step.</summary>
    Approve,

    /// <summary>Refuse; the rollout is aborted.</summary>
    Reject,

    /// <summary>Let the revision under way, or the one that waits to start, go on despite windows, freezes and the limit on rollouts under way. Needs a reason.</summary>
    BreakGlass,
}

/// <summary>What became of a command.</summary>
/// <param name="Status">Taken or why not.</param>
/// <param name="Message">One sentence: what happens now, or what is wrong and what to do.</param>
public sealed record CommandResult(CommandStatus Status, string Message);

/// <summary>What became of a command.</summary>
public enum CommandStatus
{
    /// <summary>Carried out; the state holds its effect.</summary>
    Accepted,

    /// <summary>Nothing to do: it is so already.</summary>
    Unchanged,

    /// <summary>The revision or step that the sender saw is not the present one.</summary>
    Conflict,

    /// <summary>Not possible in the present phase.</summary>
    Refused,
}
