using System.Net.ServerSentEvents;
using System.Threading.Channels;
using CanaryController.Resources;

namespace CanaryController.Cli.Controller;

/// <summary>
/// Wakes a watcher when the controller announces a transition. It only saves waiting: what happened is read from the API, so a stream that breaks or is
/// not there costs nothing but the poll interval.
/// </summary>
internal sealed class EventSignal(ControllerClient client, RolloutKey key, TimeProvider time)
{
    private static readonly TimeSpan _reconnect = TimeSpan.FromSeconds(2);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Listens until it is cancelled.</summary>
    public async Task ListenAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await ReadAsync(cancellation);
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

    /// <summary>Returns when something was announced, or after <paramref name="atMost"/>.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The time is up.
        }
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        await using var stream = await client.EventsAsync(cancellation);
        var needle = $"\"{key.Name}\"";
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellation))
        {
            if (item.Data.Contains(needle, StringComparison.Ordinal))
            {
                _wake.Writer.TryWrite(true);
            }
        }
    }
}
