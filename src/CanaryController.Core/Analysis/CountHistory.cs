namespace CanaryController.Core.Analysis;

/// <summary>
/// Running totals by time, to answer "since then". The newest 48 blocks are kept one by one, older ones ever more coarsely (gaps up to about an eighth of their
/// age), 192 in all: a question about long ago is answered from a little later on, never from earlier.
/// </summary>
internal sealed class CountHistory
{
    private const int Capacity = 192;
    private const int Fine = 48;
    private const int GapFraction = 8;

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

    private void Thin(long newest)
    {
        var newer = _points[^Fine].Block;
        var kept = _points.Count - Fine;
        for (var i = kept - 1; i > 0; i--)
        {
            var block = _points[i].Block;
            if (newer - block >= (newest - block) / GapFraction)
            {
                _points[--kept] = _points[i];
                newer = block;
            }
        }

        // The very first block stays: it answers for the whole attempt. Should thinning have spared all others, the second goes.
        kept = Math.Max(kept, 2);
        _points.RemoveRange(1, kept - 1);
    }
}
