using CanaryController.Cli.Controller;
using CanaryController.Cli.Hosting;
using CanaryController.Resources;

namespace CanaryController.Cli.Watching;

/// <summary>Reads a rollout again and again, shows it, and stops when the question is answered. A controller that restarts meanwhile is waited for.</summary>
internal sealed class Watcher(IRolloutApi api, RolloutKey key, CliEnvironment environment)
{
    /// <summary>How long the controller may be away before the watch gives up.</summary>
    public static readonly TimeSpan OutageLimit = TimeSpan.FromMinutes(1);

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
        var feed = api.Follow(key);
        var listening = feed.ListenAsync(stop.Token);
        try
        {
            return await LoopAsync(display, answer, feed, stop.Token);
        }
        catch (OperationCanceledException late) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new CliException(ExitCode.TimedOut, $"{key.Name} did not get there within {Rendering.Humanize.Duration(timeout!.Value)}; the rollout itself goes on.", late);
        }
        finally
        {
            await stop.CancelAsync();
            await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ExitCode> LoopAsync(IWatchDisplay display, Func<WatchFrame, ExitCode?> answer, IRolloutFeed feed, CancellationToken cancellation)
    {
        WatchFrame? frame = null;
        long? outageSince = null;
        while (true)
        {
            try
            {
                frame = await feed.ReadAsync(frame, cancellation);
                if (outageSince is not null)
                {
                    outageSince = null;
                    display.ShowOutage(null);
                }

                display.Show(frame);
                if (answer(frame) is { } exit)
                {
                    return exit;
                }
            }
            catch (CliException gone) when (gone.Code == ExitCode.Unreachable && frame is not null)
            {
                if (outageSince is null)
                {
                    outageSince = environment.Time.GetTimestamp();
                    display.ShowOutage($"{gone.Message} Waiting for it, {Rendering.Humanize.Duration(OutageLimit)} at most.");
                }
                else if (environment.Time.GetElapsedTime(outageSince.Value) > OutageLimit)
                {
                    throw;
                }
            }

            await feed.WaitAsync(environment.PollInterval, cancellation);
        }
    }
}
