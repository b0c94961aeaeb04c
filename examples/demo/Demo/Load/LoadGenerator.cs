namespace CanaryController.Examples.Demo.Load;

/// <summary>
/// Sends requests at a constant rate, whatever becomes of them (an open loop: a slow shop does not slow its users down), at random distances as independent
/// users do, drawn from a seed.
/// </summary>
internal sealed class LoadGenerator : IAsyncDisposable
{
    /// <summary>More than this under way at once means that the machine is overloaded: further ones are lost.</summary>
    private const int MaxUnderWay = 2000;

    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(5);

    private readonly HttpClient _users = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2) }) { Timeout = TimeSpan.FromSeconds(10) };
    private readonly CancellationTokenSource _end = new();
    private readonly Uri _target;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly Task _sending;
    private int _underWay;

    private LoadGenerator(Uri target, int requestsPerSecond, int seed, TimeProvider time)
    {
        _target = target;
        _time = time;
        _began = time.GetTimestamp();
        _sending = requestsPerSecond == 0 ? Task.CompletedTask : Task.Run(() => SendAsync(requestsPerSecond, new Random(seed)));
    }

    /// <summary>Everything that users met so far.</summary>
    public ResponseLog Responses { get; } = new();

    /// <summary>Since the load began: the demo's clock.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_began);

    /// <summary>Begins.</summary>
    public static LoadGenerator Start(Uri target, int requestsPerSecond, int seed, TimeProvider time) => new(target, requestsPerSecond, seed, time);

    /// <summary>Sends no more, and waits for the answers that are still to come.</summary>
    public async Task StopAsync()
    {
        await _end.CancelAsync();
        await _sending;
        while (Volatile.Read(ref _underWay) > 0)
        {
            await Task.Delay(_tick, _time, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _users.Dispose();
        _end.Dispose();
    }

    private async Task SendAsync(int requestsPerSecond, Random random)
    {
        using var ticks = new PeriodicTimer(_tick, _time);
        var due = TimeSpan.Zero;
        try
        {
            while (await ticks.WaitForNextTickAsync(_end.Token))
            {
                for (var now = Elapsed; due <= now; due += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / requestsPerSecond))
                {
                    _ = RequestAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The load is to end.
        }
    }

    private async Task RequestAsync()
    {
        var sent = Elapsed;
        if (Interlocked.Increment(ref _underWay) > MaxUnderWay)
        {
            Interlocked.Decrement(ref _underWay);
            Responses.Add(new ResponseRecord(sent, TimeSpan.Zero, 0, null, MadeByGateway: false));
            return;
        }

        try
        {
            using var response = await _users.GetAsync(_target);
            Responses.Add(new ResponseRecord(
                sent,
                Elapsed - sent,
                (int)response.StatusCode,
                response.Headers.TryGetValues("X-Shop-Version", out var versions) ? versions.First() : null,
                response.Headers.Contains("X-Canary-Gateway-Error")));
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            Responses.Add(new ResponseRecord(sent, Elapsed - sent, 0, null, MadeByGateway: false));
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
