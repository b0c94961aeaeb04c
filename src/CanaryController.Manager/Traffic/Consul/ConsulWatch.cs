namespace CanaryController.Manager.Traffic.Consul;

/// <summary>
/// One thing in Consul, as it is now. While it is asked for at least once a second, a blocking read stands at the agent: it answers when something changes, and until then what it answered last
/// is what there is, at no cost. Nothing runs while nobody asks.
/// </summary>
/// <remarks>
/// Threads: everything is guarded by one lock that is never held over I/O. There are no timers: whoever asks starts the next request, so a Consul that is down is asked once a second at most.
/// A failure counts for <see cref="MaxAge"/>, so that an agent that hangs is not asked once a decision.
/// </remarks>
internal sealed class ConsulWatch(ConsulClient client, string path, string doing, TimeProvider time)
{
    /// <summary>How long an answer counts when no blocking read stands behind it.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    /// <summary>How long a blocking read stands: what is lost on the way is noticed soon after.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);

    private const int MaxReads = 4;

    private readonly Lock _lock = new();
    private ConsulAnswer _kept = ConsulAnswer.Unknown("Nothing was read yet.");
    private long? _keptAt;
    private Request? _request;

    /// <summary>What there is now, or why that is not known.</summary>
    public async Task<ConsulAnswer> GetAsync(CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxReads; attempt++)
        {
            Task<ConsulAnswer?> answered;
            lock (_lock)
            {
                if (IsCurrent())
                {
                    return _kept;
                }

                // The request belongs to everybody who waits: one caller who gives up does not end it; its own deadline does.
                answered = (_request ?? Start(null)).Answered;
            }

            if (await answered.WaitAsync(cancellation) is { } answer)
            {
                return answer;
            }
        }

        return ConsulAnswer.Unknown($"Consul '{client.Name}' is written to faster than it can {doing}.");
    }

    /// <summary>What there is now, asked for anew: after a write, and when somebody else wrote.</summary>
    public Task<ConsulAnswer> RefreshAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            _request = null;
            _keptAt = null;
        }

        return GetAsync(cancellation);
    }

    /// <summary>Nobody asks any more.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _request = null;
            _keptAt = null;
        }
    }

    private bool IsCurrent()
    {
        if (_request is { IsBlocking: true } standing)
        {
            if (time.GetElapsedTime(standing.StartedAt) < client.Patience(Wait))
            {
                return true;
            }

            _request = null;
            return false;
        }

        if (_request is not null || _keptAt is not { } at || time.GetElapsedTime(at) >= MaxAge)
        {
            return false;
        }

        if (_kept is { Problem: null, Index: > 0 })
        {
            Start(_kept.Index);
        }

        return true;
    }

    private Request Start(ulong? index)
    {
        var request = new Request(index is not null, time.GetTimestamp());
        _request = request;
        request.Answered = Task.Run(() => ReadAsync(request, index), CancellationToken.None);
        return request;
    }

    private async Task<ConsulAnswer?> ReadAsync(Request request, ulong? index)
    {
        var answer = await client.GetAsync(path, doing, index is { } from ? (from, Wait) : null, CancellationToken.None);
        lock (_lock)
        {
            if (_request != request)
            {
                // It was dropped, and its answer may be older than what is known now.
                return null;
            }

            _request = null;
            if (index is not null && answer.Problem is not null)
            {
                // A connection that was closed says nothing of the entry: the next one who asks begins anew, and is told if that fails too.
                _keptAt = null;
                return null;
            }

            // An index that went backwards (a restored snapshot) would block for ever: begin anew without one.
            _kept = answer.Index < index ? answer with { Index = 0 } : answer;
            _keptAt = index is null && answer.Problem is null ? request.StartedAt : time.GetTimestamp();
            return _kept;
        }
    }

    private sealed class Request(bool isBlocking, long startedAt)
    {
        public bool IsBlocking => isBlocking;

        public long StartedAt => startedAt;

        /// <summary>Null when it was dropped.</summary>
        public Task<ConsulAnswer?> Answered { get; set; } = Task.FromResult<ConsulAnswer?>(null);
    }
}
