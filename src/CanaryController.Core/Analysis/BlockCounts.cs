namespace CanaryController.Core.Analysis;

/// <summary>Requests and bad requests of both arms over some time. Whole numbers, so that sums do not depend on their order.</summary>
internal readonly record struct BlockCounts(long CanaryTotal, long CanaryBad, long StableTotal, long StableBad)
{
    /// <summary>True when nothing was counted.</summary>
    public bool IsEmpty => (CanaryTotal | CanaryBad | StableTotal | StableBad) == 0;

    /// <summary>These counts and one counter's increase.</summary>
    public BlockCounts With(Arm arm, long total, long bad) => arm == Arm.Canary
        ? this with { CanaryTotal = CanaryTotal + total, CanaryBad = CanaryBad + bad }
        : this with { StableTotal = StableTotal + total, StableBad = StableBad + bad };

    /// <summary>
    /// These counts with 0 &lt;= bad &lt;= total. A histogram that is read while it counts can show a request in a bucket one scrape before it shows it in the sum: the
    /// missing ones are carried in <paramref name="debt"/> to the next block, one block's requests at most.
    /// </summary>
    public BlockCounts Settle(ref (long Canary, long Stable) debt)
    {
        var canaryBad = Settle(CanaryTotal, CanaryBad, ref debt.Canary);
        var stableBad = Settle(StableTotal, StableBad, ref debt.Stable);
        return new(Math.Max(0, CanaryTotal), canaryBad, Math.Max(0, StableTotal), stableBad);
    }

    private static long Settle(long total, long bad, ref long debt)
    {
        var owed = bad + debt;
        debt = Math.Clamp(owed, -Math.Max(0, total), 0);
        return Math.Clamp(owed, 0, Math.Max(0, total));
    }

    /// <summary>Both together.</summary>
    public static BlockCounts operator +(BlockCounts a, BlockCounts b) =>
        new(a.CanaryTotal + b.CanaryTotal, a.CanaryBad + b.CanaryBad, a.StableTotal + b.StableTotal, a.StableBad + b.StableBad);

    /// <summary>What came since <paramref name="b"/>.</summary>
    public static BlockCounts operator -(BlockCounts a, BlockCounts b) =>
        new(a.CanaryTotal - b.CanaryTotal, a.CanaryBad - b.CanaryBad, a.StableTotal - b.StableTotal, a.StableBad - b.StableBad);
}
