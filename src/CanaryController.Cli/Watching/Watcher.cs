using CanaryController.Cli.Hosting;
using CanaryController.Cli.Rendering;
using CanaryController.Resources;

namespace CanaryController.Cli.Watching;

/// <summary>Reads a rollout again and again, shows it, and stops when the question is answered. A controller that restarts meanwhile is waited for.</summary>
internal sealed class Watcher(IRolloutFeed feed, RolloutKey key, CliEnvironment environment, OutagePatience patience)
{
    private WatchFrame? _frame;
    private CliException? _outage;

    /// <summary>Watches until <paramref name="answer"/> gives one.</summary>
    /// <param name="display">Shows each frame.</param>
    /// <param name="answer">Looks at a frame; null to go on.</param>
    /// <param name="timeout">How long at most; null for ever.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <exception cref="CliException">The time is up, or the controller stayed away.</exception>
    public async Task<ExitCode> RunAsync(IWatchDisplay display, Func<WatchFrame, ExitCode?> answer, TimeSpan? timeout, CancellationToken cancellation)
    {
        using var deadline = timeout is { } limit ? new CancellationTokenSource(limit, environment.Time) : new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        var listening = feed.ListenAsync(stop.Token);
        try
        {
            return await LoopAsync(display, answer, stop.Token);
        }
        catch (OperationCanceledException late) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            var waited = Humanize.Duration(timeout!.Value);
            throw _outage is { } outage
                ? new CliException(ExitCode.Unreachable, $"{outage.Message} --timeout ({waited}) passed meanwhile; the rollout itself may go on.", late)
                : new CliException(ExitCode.TimedOut, $"{key.Name} did not get there within {waited}; the rollout itself goes on.", late);
        }
        finally
        {
            await stop.CancelAsync();
            await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ExitCode> LoopAsync(IWatchDisplay display, Func<WatchFrame, ExitCode?> answer, CancellationToken cancellation)
    {
        long since = 0;
        while (true)
        {
            try
            {
                _frame = await feed.ReadAsync(_frame, cancellation);
                if (_outage is not null)
                {
                    _outage = null;
                    display.ShowOutage(null);
                }

                display.Show(_frame);
                if (answer(_frame) is { } exit)
                {
                    return exit;
                }
            }
            catch (CliException gone) when (gone.Code == ExitCode.Unreachable && Limit > TimeSpan.Zero)
            {
                if (_outage is null)
                {
                    since = environment.Time.GetTimestamp();
                    display.ShowOutage($"{gone.Message} Waiting for it, {Humanize.Duration(Limit)} at most.");
                }
                else if (environment.Time.GetElapsedTime(since) > Limit)
                {
                    throw;
                }

                _outage = gone;
            }

            await feed.WaitAsync(environment.PollInterval, cancellation);
        }
    }

    private TimeSpan Limit => _frame is null ? patience.First : patience.Later;
}
