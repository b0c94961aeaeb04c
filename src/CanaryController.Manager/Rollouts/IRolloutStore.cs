using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Resources;

namespace CanaryController.Manager.Rollouts;

/// <summary>Persists states, their transitions and the commands' answers. A write is whole or not at all, and stands before anything is done about it.</summary>
internal interface IRolloutStore
{
    /// <summary>All rollouts with a state.</summary>
    IReadOnlyList<RolloutKey> Keys { get; }

    /// <summary>The state as it was written last; one that was never written has version 0. Reads memory only.</summary>
    StoredRollout Read(RolloutKey key);

    /// <summary>The oldest command that has no answer yet. Reads memory only.</summary>
    RolloutCommand? NextCommand(RolloutKey key);

    /// <summary>Writes one decision and returns the new version.</summary>
    /// <exception cref="StaleStateException">The version is not the one expected: read again, decide again.</exception>
    /// <exception cref="StoreUnavailableException">Nothing was written; try again later.</exception>
    long Write(RolloutWrite write);

    /// <summary>Answers a command that nothing is decided about.</summary>
    void Answer(RolloutKey key, CommandAnswer answer);

    /// <summary>Removes the state of a rollout whose resource is gone, with its last transitions; its events stay.</summary>
    /// <exception cref="StaleStateException">The version is not the one expected.</exception>
    void Forget(RolloutWrite last);
}

/// <summary>A state as stored.</summary>
/// <param name="State">The state.</param>
/// <param name="ResourceVersion">Rises by one a write; 0 before the first.</param>
internal sealed record StoredRollout(RolloutState State, long ResourceVersion);

/// <summary>All that one decision writes, in one transaction.</summary>
/// <param name="Key">The rollout.</param>
/// <param name="ExpectedVersion">The version that was read before deciding.</param>
/// <param name="State">The next state.</param>
/// <param name="Transitions">The events to make.</param>
/// <param name="Answer">The answer to a command; null without one.</param>
/// <param name="At">When it was decided.</param>
internal sealed record RolloutWrite(
    RolloutKey Key, long ExpectedVersion, RolloutState State, EquatableArray<Transition> Transitions, CommandAnswer? Answer, DateTimeOffset At);

/// <summary>A command's answer.</summary>
/// <param name="CommandId">The command.</param>
/// <param name="Result">What became of it.</param>
internal sealed record CommandAnswer(string CommandId, CommandResult Result);

/// <summary>Somebody else wrote in between.</summary>
internal sealed class StaleStateException(RolloutKey key, long expected, long found)
    : Exception($"The state of {key} is at version {found}, not {expected}: somebody else wrote it.");

/// <summary>The store cannot be read or written now, for example because the disk is full. Nothing was changed; the same may succeed later.</summary>
internal sealed class StoreUnavailableException(string message, Exception inner) : Exception(message, inner);
