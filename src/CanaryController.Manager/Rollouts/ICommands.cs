using CanaryController.Core.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Rollouts;

/// <summary>What people and pipelines ask for. A command is stored before anybody decides about it, and answered with the decision.</summary>
internal interface ICommands
{
    /// <summary>Stores <paramref name="command"/>, or finds the one of that id that came before.</summary>
    /// <exception cref="StoreUnavailableException">It could not be stored.</exception>
    Task<StoredCommand> AddAsync(RolloutKey key, RolloutCommand command, DateTimeOffset at, CancellationToken cancellation);

    /// <summary>The command of that id; null when there is none.</summary>
    StoredCommand? Find(string id);

    /// <summary>The answered ones of a rollout, newest first.</summary>
    IReadOnlyList<CommandView> Audit(RolloutKey key, int limit);
}

/// <summary>A command as stored.</summary>
/// <param name="Key">The rollout.</param>
/// <param name="Command">What was asked.</param>
/// <param name="At">When.</param>
/// <param name="Answer">What became of it; null until it is decided.</param>
internal sealed record StoredCommand(RolloutKey Key, RolloutCommand Command, DateTimeOffset At, CommandResult? Answer);
