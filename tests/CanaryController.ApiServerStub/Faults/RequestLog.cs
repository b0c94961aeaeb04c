namespace CanaryController.ApiServerStub.Faults;

/// <summary>The requests that were answered, the newest last. A watch is logged when it begins.</summary>
public sealed class RequestLog
{
    private readonly int _limit;
    private readonly Queue<StubRequest> _requests = new();
    private readonly Lock _gate = new();

    internal RequestLog(int limit) => _limit = limit;

    /// <summary>All that are remembered.</summary>
    public IReadOnlyList<StubRequest> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    public int Count(Func<StubRequest, bool> matches)
    {
        lock (_gate)
        {
            return _requests.Count(matches);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _requests.Clear();
        }
    }

    internal void Add(StubRequest request)
    {
        lock (_gate)
        {
            _requests.Enqueue(request);
            if (_requests.Count > _limit)
            {
                _requests.Dequeue();
            }
        }
    }
}
