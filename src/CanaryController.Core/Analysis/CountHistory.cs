namespace CanaryController.Core.Analysis;

/// <summary>
/// Running totals by time, to answer "since then". The newest 48 blocks are kept one by one, older ones ever more coarsely (gaps up to about a sixth of their
/// age), 224 in all: a question about long ago is answered from a little later on, never from earlier.
/// </summary>
internal sealed class CountHistory
{
    private const int Capacity = 224;
    private const int Fine = 48;
    private const int GapFraction = 6;

    private readonly List<(long Block, BlockCounts Before)> _points = [];

    /// <summary>The totals of all blocks added.</summary>
    public BlockCounts Total { get; private set; }

    /// <summary>The blocks remembered, oldest first, with the totals before each.</summary>
    public IReadOnlyList<(long Block, BlockCounts Before)> Points => _points;

    /// <summary>Adds a block; blocks come in rising order.</summary>
    public void Add(long block, in BlockCounts counts)
    {
        if (_points.Count == Capacity)
        {
            Thin(block);
        }

        _points.Add((block, Total));
        Total += counts;
    }

    /// <summary>The totals before <paramref name="block"/>, or before the first remembered one after it.</summary>
    public BlockCounts Before(long block)
    {
        var (low, high) = (0, _points.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _points[middle].Block < block ? (middle + 1, high) : (low, middle);
        }

        return low < _points.Count ? _points[low].Before : Total;
    }

    /// <summary>Drops a point when its neighbours are no farther apart than that fraction of their age.</summary>
    private void Thin(long newest)
    {
        var kept = 1;
        var old = _points.Count - Fine;
        for (var i = 1; i < old; i++)
        {
            var before = _points[kept - 1].Block;
            if (_points[i + 1].Block - before > (newest - before) / GapFraction)
            {
                _points[kept++] = _points[i];
            }
        }

        // The very first point stays: it answers for the whole attempt. Should all others have stayed too, the newest of them goes.
        kept = Math.Min(kept, old - 1);
        _points.RemoveRange(kept, old - kept);
    }
}
