using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Rollouts;

/// <summary>Persists states, their transitions and the commands' answers. A write is whole or not at all, and stands before anything is done about it.</summary>
internal interface IRolloutStore
{
    /// <summary>All rollouts with a state.</summary>
    IReadOnlyList<RolloutKey> Keys { get; }

    /// <summary>Those of them that are not at rest. Asked for each second: what it costs must not grow much with those that are.</summary>
    IReadOnlyList<RolloutKey> Active { get; }

    /// <summary>The state as it was written last; one that was never written has version 0. Reads memory only.</summary>
    StoredRollout Read(RolloutKey key);

    /// <summary>The oldest command that has no answer yet. Reads memory only.</summary>
    RolloutCommand? NextCommand(RolloutKey key);

    /// <summary>Writes one decision.</summary>
    /// <exception cref="StaleStateException">The version is not the one expected: read again, decide again.</exception>
    /// <exception cref="StoreUnavailableException">Nothing is known to be written; try again later.</exception>
    Task WriteAsync(RolloutWrite write, CancellationToken cancellation);

    /// <summary>Answers a command that nothing is decided about.</summary>
    /// <exception cref="StoreUnavailableException">Nothing is known to be written; try again later.</exception>
    Task AnswerAsync(RolloutKey key, CommandAnswer answer, CancellationToken cancellation);

    /// <summary>
    /// Answers what was asked of a rollout that is gone and is no valid command, where such things are kept. True when nothing is left to answer; otherwise it is called again.
    /// </summary>
    Task<bool> SettleAsync(RolloutKey key, CancellationToken cancellation);

    /// <summary>
    /// Removes the state of a rollout whose resource is gone, with its last transitions; its events stay. Of one that was released it keeps what <see cref="RolloutRelease"/> says.
    /// </summary>
    /// <exception cref="StaleStateException">The version is not the one expected.</exception>
    /// <exception cref="StoreUnavailableException">Nothing is known to be written; try again later.</exception>
    Task ForgetAsync(RolloutWrite last, CancellationToken cancellation);

    /// <summary>
    /// Shows what acting brought, where that is kept beside the state: conditions and the observed generation. Writes only what people or tools wait for and is not
    /// shown already; a failure is left to the next decision.
    /// </summary>
    Task ShowAsync(RolloutShown shown, CancellationToken cancellation);
}

/// <summary>A state as stored.</summary>
/// <param name="State">The state.</param>
/// <param name="ResourceVersion">Changes with each write by anybody; what a write expects.</param>
internal sealed record StoredRollout(RolloutState State, long ResourceVersion)
{
    /// <summary>The images of the revisions that were asked for, newest last; none where that is not kept.</summary>
    public EquatableArray<RevisionImages> Images { get; init; }

    /// <summary>Nothing was ever decided about it.</summary>
    public bool IsNew => State.PhaseSince == default;
}

/// <summary>All that one decision writes, in one transaction.</summary>
/// <param name="Key">The rollout.</param>
/// <param name="ExpectedVersion">The version that was read before deciding.</param>
/// <param name="State">The next state.</param>
/// <param name="Transitions">The events to make.</param>
/// <param name="Answer">The answer to a command; null without one.</param>
/// <param name="At">When it was decided.</param>
internal sealed record RolloutWrite(
    RolloutKey Key, long ExpectedVersion, RolloutState State, EquatableArray<Transition> Transitions, CommandAnswer? Answer, DateTimeOffset At)
{
    /// <summary>What it was decided by, for those stores that show more than the state.</summary>
    public RolloutShown? Shown { get; init; }
}

/// <summary>All that is shown of a rollout.</summary>
/// <param name="Resource">The resource in force.</param>
/// <param name="State">The state.</param>
/// <param name="Seen">What was seen last; null before the first look.</param>
/// <param name="Conditions">Conditions of workload and route that hold, beside those that follow from the others.</param>
/// <param name="Failure">Why the last try to act failed; null when it went well.</param>
internal sealed record RolloutShown(
    RolloutResource Resource, RolloutState State, RolloutObservation? Seen, EquatableArray<ConditionView> Conditions, string? Failure)
{
    /// <summary>It has failed for so long that a person is called.</summary>
    public bool FailureLasts { get; init; }

    /// <summary>The revision that is asked for, and its images; null where that is not known, or it has none.</summary>
    public RevisionImages? Asked { get; init; }
}

/// <summary>A command's answer.</summary>
/// <param name="CommandId">The command.</param>
/// <param name="Result">What became of it.</param>
internal sealed record CommandAnswer(string CommandId, CommandResult Result);

/// <summary>Somebody else wrote in between.</summary>
internal sealed class StaleStateException(RolloutKey key, long expected, long found)
    : Exception($"The state of {key} is at version {found}, not {expected}: somebody else wrote it.");

/// <summary>The store cannot be read or written now, for example because the disk is full. Nothing was changed; the same may succeed later.</summary>
internal sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
