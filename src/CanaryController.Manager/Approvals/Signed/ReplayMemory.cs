namespace CanaryController.Manager.Approvals.Signed;

/// <summary>
/// Remembers which signed requests were taken within the window in which they could come again. Bounded: when it is full of such, further ones are refused. What it does not know after a restart, the stored command of the same id knows.
/// </summary>
internal sealed class ReplayMemory(TimeProvider time, int capacity = ReplayMemory.DefaultCapacity)
{
    /// <summary>More than anybody sends in 10 minutes.</summary>
    public const int DefaultCapacity = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _taken = new(StringComparer.Ordinal);

    /// <summary>Takes a request.</summary>
    /// <param name="id">Names it.</param>
    /// <param name="until">From when on it is refused as too old.</param>
    public ReplayVerdict Take(string id, DateTimeOffset until)
    {
        lock (_gate)
        {
            if (_taken.ContainsKey(id))
            {
                return ReplayVerdict.Replayed;
            }

            if (_taken.Count >= capacity)
            {
                Forget();
            }

            return _taken.Count < capacity && _taken.TryAdd(id, until) ? ReplayVerdict.New : ReplayVerdict.Full;
        }
    }

    /// <summary>The request came to nothing for reasons of ours: the same one may come again.</summary>
    public void Release(string id)
    {
        lock (_gate)
        {
            _taken.Remove(id);
        }
    }

    private void Forget()
    {
        var now = time.GetUtcNow();
        foreach (var old in _taken.Where(each => each.Value < now).Select(each => each.Key).ToList())
        {
            _taken.Remove(old);
        }
    }
}

/// <summary>Whether a request came before.</summary>
internal enum ReplayVerdict
{
    /// <summary>It did not.</summary>
    New,

    /// <summary>It did.</summary>
    Replayed,

    /// <summary>That cannot be remembered: too many came.</summary>
    Full,
}
