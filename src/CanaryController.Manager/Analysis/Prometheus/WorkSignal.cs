using System.Threading.Channels;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>Ends somebody's waiting early: signals that arrive while nobody waits are kept as one.</summary>
internal sealed class WorkSignal
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>There is work.</summary>
    public void Set() => _channel.Writer.TryWrite(true);

    /// <summary>Waits for a signal, but not longer than <paramref name="atMost"/>.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellation)
    {
        if (atMost > TimeSpan.Zero)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var signal = _channel.Reader.WaitToReadAsync(over.Token).AsTask();
            await Task.WhenAny(signal, Task.Delay(atMost, time, over.Token));
            await over.CancelAsync();
        }

        cancellation.ThrowIfCancellationRequested();
        _channel.Reader.TryRead(out _);
    }
}
