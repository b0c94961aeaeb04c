using System.Diagnostics.CodeAnalysis;

namespace CanaryController.Manager.Kubernetes.Leadership;

/// <summary>Whether this process leads: written by the election's loop, read by everybody.</summary>
internal sealed class LeadershipState(LeaderElectionOptions options, TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _leader = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isHolding;
    private long _renewedAt;

    /// <summary>Leadership came or went. Raised outside of the lock.</summary>
    [SuppressMessage("Design", "MA0046", Justification = "There is nothing else to say.")]
    public event Action<bool>? Changed;

    /// <summary>The last term; 0 before the first.</summary>
    public int Term { get; private set; }

    /// <summary><c>HOLDER-TERM</c> of the last term.</summary>
    public string Token { get; private set; } = $"{options.Holder}-0";

    /// <summary>The lease was taken and not given up yet; whether it still counts is another question.</summary>
    public bool IsHolding
    {
        get
        {
            lock (_gate)
            {
                return _isHolding;
            }
        }
    }

    /// <summary>It holds, and was renewed within the deadline.</summary>
    public bool IsLeader
    {
        get
        {
            lock (_gate)
            {
                return _isHolding && time.GetElapsedTime(_renewedAt) < options.RenewDeadline;
            }
        }
    }

    /// <summary>How long leadership lasts without another renewal.</summary>
    public TimeSpan Left
    {
        get
        {
            lock (_gate)
            {
                var left = options.RenewDeadline - time.GetElapsedTime(_renewedAt);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Ends when this process leads.</summary>
    public async Task WhenLeaderAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task leader;
            lock (_gate)
            {
                if (IsLeader)
                {
                    return;
                }

                if (_leader.Task.IsCompleted)
                {
                    _leader = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                leader = _leader.Task;
            }

            await leader.WaitAsync(cancellation);
        }
    }

    /// <summary>The lease was taken or renewed by a request that was sent at <paramref name="sentAt"/>.</summary>
    public void Hold(int term, long sentAt)
    {
        var isNew = false;
        lock (_gate)
        {
            isNew = !_isHolding;
            (_isHolding, _renewedAt, Term, Token) = (true, sentAt, term, isNew ? $"{options.Holder}-{term}" : Token);
            _leader.TrySetResult();
        }

        if (isNew)
        {
            logger.Leads(options.Holder, term);
            Raise(true);
        }
    }

    /// <summary>It leads no more.</summary>
    public void Drop()
    {
        lock (_gate)
        {
            _isHolding = false;
        }

        Raise(false);
    }

    [SuppressMessage("Design", "CA1031", Justification = "One listener that fails must not end the election. It is logged.")]
    private void Raise(bool leads)
    {
        foreach (var listener in Changed?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<bool>)listener)(leads);
            }
            catch (Exception failure)
            {
                logger.ListenerFailed(failure);
            }
        }
    }
}
