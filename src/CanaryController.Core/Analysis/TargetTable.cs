namespace CanaryController.Core.Analysis;

/// <summary>The scrape targets of one metric: since when each is known, and how far each arm's samples have come.</summary>
internal sealed class TargetTable
{
    private readonly Dictionary<string, int> _indices = [];
    private readonly List<long> _knownSinceMs = [];
    private readonly List<(long Canary, long Stable)> _newestBlocks = [];

    /// <summary>How many are known.</summary>
    public int Count => _indices.Count;

    /// <summary>The index of <paramref name="target"/>.</summary>
    public int IndexOf(string target)
    {
        if (!_indices.TryGetValue(target, out var index))
        {
            index = _indices.Count;
            _indices.Add(target, index);
            _knownSinceMs.Add(long.MaxValue);
            _newestBlocks.Add((long.MinValue, long.MinValue));
        }

        return index;
    }

    /// <summary>The timestamp of the target's first sample in either arm.</summary>
    public long KnownSinceMs(int target) => _knownSinceMs[target];

    /// <summary>It was scraped then.</summary>
    public void See(int target, long timestampMs) => _knownSinceMs[target] = Math.Min(_knownSinceMs[target], timestampMs);

    /// <summary>It had a sample of that arm in <paramref name="block"/>.</summary>
    public void See(int target, Arm arm, long timestampMs, long block)
    {
        See(target, timestampMs);
        var (canary, stable) = _newestBlocks[target];
        _newestBlocks[target] = arm == Arm.Canary ? (Math.Max(canary, block), stable) : (canary, Math.Max(stable, block));
    }

    /// <summary>
    /// The newest block that all targets have reached, among those that were seen in <paramref name="oldestBlock"/> or later: the others have vanished and are not waited for.
    /// </summary>
    public long ReachedByAll(long oldestBlock)
    {
        var reached = long.MaxValue;
        foreach (var (canary, stable) in _newestBlocks)
        {
            reached = canary >= oldestBlock ? Math.Min(reached, canary) : reached;
            reached = stable >= oldestBlock ? Math.Min(reached, stable) : reached;
        }

        return reached;
    }

    /// <summary>Nothing is known any more, but the indices stay.</summary>
    public void Forget()
    {
        for (var i = 0; i < _knownSinceMs.Count; i++)
        {
            _knownSinceMs[i] = long.MaxValue;
            _newestBlocks[i] = (long.MinValue, long.MinValue);
        }
    }
}
