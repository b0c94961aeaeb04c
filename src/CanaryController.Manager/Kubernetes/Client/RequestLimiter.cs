namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>
/// Keeps requests to a rate with bursts (a token bucket). Callers in an <see cref="UrgentRequests"/> scope have a bucket of their own, and what they take is missing in the
/// other one: they never wait behind others, and the rate holds all the same in the long run.
/// </summary>
internal sealed class RequestLimiter(int perSecond, int burst, TimeProvider time)
{
    private static readonly TimeSpan LongestHoldBack = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private double _tokens = burst;
    private double _urgentTokens = burst;
    private long _at = time.GetTimestamp();

    /// <summary>Waits for a turn.</summary>
    /// <returns>False, at once, when the turn would come later than <paramref name="longest"/>; nothing is taken then.</returns>
    public async ValueTask<bool> WaitAsync(TimeSpan longest, CancellationToken cancellation)
    {
        var urgent = UrgentRequests.IsHere;
        var wait = Take(urgent, longest);
        if (wait is not { } rest)
        {
            return false;
        }

        if (rest > TimeSpan.Zero)
        {
            try
            {
                await Task.Delay(rest, time, cancellation);
            }
            catch (OperationCanceledException)
            {
                GiveBack(urgent);
                throw;
            }
        }

        return true;
    }

    /// <summary>The server asks for a rest: those who are not urgent wait that long, at most 10 seconds.</summary>
    public void HoldBack(TimeSpan rest)
    {
        lock (_gate)
        {
            Refill();
            var bounded = rest < LongestHoldBack ? rest : LongestHoldBack;
            _tokens = Math.Min(_tokens, 1 - (bounded.TotalSeconds * perSecond));
        }
    }

    /// <summary>Takes a token, which may have yet to come; answers how long that takes.</summary>
    private TimeSpan? Take(bool urgent, TimeSpan longest)
    {
        lock (_gate)
        {
            Refill();
            var wait = TimeSpan.FromSeconds(Math.Max(0, 1 - (urgent ? _urgentTokens : _tokens)) / perSecond);
            if (wait > longest)
            {
                return null;
            }

            _tokens -= 1;
            _urgentTokens -= urgent ? 1 : 0;
            return wait;
        }
    }

    private void GiveBack(bool urgent)
    {
        lock (_gate)
        {
            _tokens = Math.Min(burst, _tokens + 1);
            _urgentTokens = Math.Min(burst, _urgentTokens + (urgent ? 1 : 0));
        }
    }

    private void Refill()
    {
        var now = time.GetTimestamp();
        var more = time.GetElapsedTime(_at, now).TotalSeconds * perSecond;
        _at = now;
        _tokens = Math.Min(burst, _tokens + more);
        _urgentTokens = Math.Min(burst, _urgentTokens + more);
    }
}

/// <summary>Marks what is called from here on as urgent: an abort, and what keeps leadership. It flows into awaited calls.</summary>
internal static class UrgentRequests
{
    private static readonly AsyncLocal<bool> Here = new();

    /// <summary>True inside a scope.</summary>
    public static bool IsHere => Here.Value;

    /// <summary>Begins a scope, which ends when it is disposed: <c>using var _ = UrgentRequests.Begin();</c></summary>
    public static Scope Begin()
    {
        var before = Here.Value;
        Here.Value = true;
        return new(before);
    }

    /// <summary>A scope of urgent requests.</summary>
    internal readonly struct Scope(bool before) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => Here.Value = before;
    }
}
