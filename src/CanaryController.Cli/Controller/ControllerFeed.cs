using System.Net.ServerSentEvents;
using CanaryController.Cli.Watching;
using CanaryController.Resources;

namespace CanaryController.Cli.Controller;

/// <summary>
/// Reads a rollout from the controller's API. The stream of transitions only saves waiting: what happened is read from the API, so a stream that breaks or is not there costs nothing
/// but the poll interval.
/// </summary>
internal sealed class ControllerFeed(ControllerClient client, RolloutKey key, TimeProvider time) : IRolloutFeed
{
    private static readonly TimeSpan _reconnect = TimeSpan.FromSeconds(2);

    private readonly Wake _wake = new(time);

    /// <inheritdoc/>
    public async Task ListenAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await ListenOnceAsync(cancellation);
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException || (broken is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                // The poll goes on; connect again in a while.
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(_reconnect, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellation) => _wake.WaitAsync(atMost, cancellation);

    /// <summary>History is read again only when the state was written since; live values change without that.</summary>
    public async Task<WatchFrame> ReadAsync(WatchFrame? before, CancellationToken cancellation)
    {
        var view = await client.GetAsync(key, cancellation);
        var history = before is not null && before.View.ResourceVersion == view.ResourceVersion ? before.History : await client.HistoryAsync(key, cancellation);
        return new WatchFrame(view, history, time.GetUtcNow());
    }

    private async Task ListenOnceAsync(CancellationToken cancellation)
    {
        await using var stream = await client.EventsAsync(key, cancellation);
        var needle = $"\"{key.Name}\"";
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellation))
        {
            if (item.Data.Contains(needle, StringComparison.Ordinal))
            {
                _wake.Call();
            }
        }
    }
}
