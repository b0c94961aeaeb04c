namespace CanaryController.Core.Analysis;

/// <summary>A test that turns counts into log likelihood ratios.</summary>
internal interface ISequentialTest
{
    /// <summary>Adds what <paramref name="counts"/> say.</summary>
    void Add(StartMixture evidence, in BlockCounts counts);

    /// <summary>How strongly these counts alone speak against the canary (a log likelihood ratio); 0 when they do not. For finding what to show.</summary>
    double Strength(in BlockCounts counts);
}

/// <summary>
/// One sequential test at work: its evidence from the closed blocks, and that including the open ones, looked at anew each time because they may still change.
/// </summary>
/// <param name="test">The test.</param>
/// <param name="lnLimit">ln(1/alpha).</param>
internal sealed class SequentialRun(ISequentialTest test, double lnLimit)
{
    private readonly StartMixture _closed = new();
    private readonly StartMixture _now = new();

    /// <summary>The test.</summary>
    public ISequentialTest Test => test;

    /// <summary>ln E with the open blocks that could be used.</summary>
    public double LnEvidence => _now.LnEvidence;

    /// <summary>What it was rejected on; null until then. It stays.</summary>
    public Rejection? Rejection { get; private set; }

    /// <summary>A block is complete.</summary>
    public void Close(long starts, long block, in BlockCounts counts, CountHistory history) => Advance(_closed, starts, block, counts, history, default);

    /// <summary>Looks from the closed blocks again.</summary>
    public void Rewind() => _now.CopyFrom(_closed);

    /// <summary>Looks at an open block; <paramref name="openBefore"/> is what the open ones before it hold.</summary>
    public void LookAhead(long starts, long block, in BlockCounts counts, CountHistory history, in BlockCounts openBefore) =>
        Advance(_now, starts, block, counts, history, openBefore);

    private void Advance(StartMixture evidence, long starts, long block, in BlockCounts counts, CountHistory history, in BlockCounts openBefore)
    {
        evidence.BeginStarts(starts);
        test.Add(evidence, counts);
        if (Rejection is null && evidence.Reaches(lnLimit))
        {
            Rejection = Explain(evidence.LnEvidence, block, history.Total + openBefore + counts, counts, history);
        }
    }

    /// <summary>The stretch up to this block that speaks most clearly: what a person should be shown.</summary>
    private Rejection Explain(double lnEvidence, long block, in BlockCounts total, in BlockCounts last, CountHistory history)
    {
        var best = new Rejection(lnEvidence, block, block, last);
        var strength = test.Strength(last);
        foreach (var (since, before) in history.Points)
        {
            var counts = total - before;
            var candidate = test.Strength(counts);
            if (candidate > strength)
            {
                (best, strength) = (new(lnEvidence, since, block, counts), candidate);
            }
        }

        return best;
    }
}

/// <summary>Overwhelming evidence.</summary>
/// <param name="LnEvidence">ln E when it was seen.</param>
/// <param name="FromBlock">The first block of the stretch that speaks most clearly.</param>
/// <param name="ThroughBlock">The block it was seen in.</param>
/// <param name="Counts">The stretch's counts.</param>
internal sealed record Rejection(double LnEvidence, long FromBlock, long ThroughBlock, BlockCounts Counts);
