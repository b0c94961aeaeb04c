using CanaryController.Cli.Watching;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;

namespace CanaryController.Cli.Controller;

/// <summary>
/// Asks at the controller's gate: the first answer comes at once, each further one when something happened, or after a while as a sign of life. Each question goes on where the answer before
/// ended, so what happened while nobody could be reached is told afterwards.
/// </summary>
internal sealed class GateFeed(ControllerClient client, RolloutKey key, GateQuestion question, TimeProvider time) : IRolloutFeed
{
    /// <summary>How many transitions are remembered.</summary>
    public const int MaxTransitions = 200;

    /// <summary>Shorter than what proxies let pass in silence, and than the minute after which a log wants a sign of life.</summary>
    public static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(20);

    /// <summary>Between two questions, whatever was answered: a controller that answers at once is not asked without end.</summary>
    private static readonly TimeSpan _rest = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public Task ListenAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellation) => Task.Delay(atMost < _rest ? atMost : _rest, time, cancellation);

    /// <inheritdoc/>
    public async Task<WatchFrame> ReadAsync(WatchFrame? before, CancellationToken cancellation)
    {
        var gate = await client.GateAsync(key, question.After(before?.Gate), before?.Gate?.Sequence, before is null ? TimeSpan.Zero : LongPoll, cancellation);
        var events = gate.Transitions.Reverse().Concat(before?.History.Events ?? []).Take(MaxTransitions);
        return new(gate.Rollout, new HistoryView([], [.. events], []), time.GetUtcNow()) { Gate = gate };
    }
}
