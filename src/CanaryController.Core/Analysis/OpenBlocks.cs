using System.Numerics;

namespace CanaryController.Core.Analysis;

/// <summary>The blocks that may still change, by number, as a ring. At most <see cref="MaxOpen"/> at once.</summary>
/// <param name="first">The first block that counts.</param>
internal sealed class OpenBlocks(long first)
{
    /// <summary>How many blocks may be open: an hour and more of 1 s scrapes fed at once. Beyond it the oldest are closed early.</summary>
    public const int MaxOpen = 4096;

    private BlockCounts[] _ring = new BlockCounts[8];

    /// <summary>The oldest open block; what belongs to closed ones is added here.</summary>
    public long First { get; private set; } = first;

    /// <summary>The newest block that was added to; below <see cref="First"/> when there is none.</summary>
    public long Last { get; private set; } = first - 1;

    /// <summary>True when <paramref name="block"/> needs older ones closed before it can be opened.</summary>
    public bool IsFullFor(long block) => block - First >= MaxOpen;

    /// <summary>The counts of an open block.</summary>
    public BlockCounts this[long block] => _ring[block & (_ring.Length - 1)];

    /// <summary>Adds to a block (a closed one: to the oldest open one).</summary>
    public void Add(long block, Arm arm, long total, long bad)
    {
        block = Math.Max(block, First);
        if (block - First >= _ring.Length)
        {
            Grow(block - First + 1);
        }

        Last = Math.Max(Last, block);
        ref var slot = ref _ring[block & (_ring.Length - 1)];
        slot = slot.With(arm, total, bad);
    }

    /// <summary>Closes the oldest open block and hands its counts out.</summary>
    public BlockCounts CloseFirst()
    {
        ref var slot = ref _ring[First & (_ring.Length - 1)];
        var counts = slot;
        slot = default;
        First++;
        Last = Math.Max(Last, First - 1);
        return counts;
    }

    /// <summary>Makes <paramref name="block"/> the oldest open one, when all before it are empty.</summary>
    public void SkipTo(long block)
    {
        if (Last < First && block > First)
        {
            First = block;
            Last = block - 1;
        }
    }

    private void Grow(long needed)
    {
        var larger = new BlockCounts[BitOperations.RoundUpToPowerOf2((ulong)needed)];
        for (var block = First; block <= Last; block++)
        {
            larger[block & (larger.Length - 1)] = this[block];
        }

        _ring = larger;
    }
}
