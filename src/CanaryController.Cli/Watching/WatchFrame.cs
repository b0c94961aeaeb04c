using CanaryController.Resources.Api;

namespace CanaryController.Cli.Watching;

/// <summary>What a watcher sees at one moment.</summary>
/// <param name="View">The rollout.</param>
/// <param name="History">Its history, read right after.</param>
/// <param name="At">When it was read.</param>
internal sealed record WatchFrame(RolloutView View, HistoryView History, DateTimeOffset At)
{
    /// <summary>The answer to what was asked; null when nothing was.</summary>
    public GateView? Gate { get; init; }
}
