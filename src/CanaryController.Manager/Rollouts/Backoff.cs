namespace CanaryController.Manager.Rollouts;

/// <summary>
/// How long a failed key rests: 50 ms, doubled with each failure in a row, at most the cap, less up to a quarter of jitter so that many failing rollouts
/// do not come back together.
/// </summary>
internal sealed class Backoff(Random random)
{
    /// <summary>The longest rest after an exception or a broken invariant.</summary>
    public static readonly TimeSpan LongestAfterFailure = TimeSpan.FromSeconds(30);

    /// <summary>The longest rest while a router does not answer: the canary may be bad, so it is asked again soon.</summary>
    public static readonly TimeSpan LongestForRouter = TimeSpan.FromSeconds(1);

    private const double FirstMilliseconds = 50;

    /// <summary>The rest after that many failures in a row.</summary>
    /// <param name="failures">From 1.</param>
    /// <param name="longest">The cap.</param>
    public TimeSpan After(int failures, TimeSpan longest)
    {
        var full = Math.Min(FirstMilliseconds * Math.Pow(2, Math.Min(failures - 1, 20)), longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(full * (1 - (random.NextDouble() / 4)));
    }
}
