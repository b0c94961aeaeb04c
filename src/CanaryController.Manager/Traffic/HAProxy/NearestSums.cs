using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>Finds what two versions have to weigh together.</summary>
internal static class NearestSums
{
    /// <summary>
    /// The sums whose ratio comes nearest to <paramref name="weight"/>, the largest of those that come equally near: the larger, the finer they can be divided among servers.
    /// </summary>
    /// <param name="weight">The canary's share, more than nothing and less than everything.</param>
    /// <param name="maxStable">The most that stable's servers weigh together; 0 = it has none.</param>
    /// <param name="maxCanary">The same of the canary.</param>
    /// <param name="others">What weighs beside them.</param>
    /// <returns>From 1; 0 for a version that has none.</returns>
    public static (int Stable, int Canary) Find(CanaryWeight weight, int maxStable, int maxCanary, int others)
    {
        if (maxStable == 0 || maxCanary == 0)
        {
            return (maxStable, maxCanary);
        }

        var wanted = (double)weight.BasisPoints / CanaryWeight.WholeBasisPoints;
        var (best, nearest) = ((Stable: 0, Canary: 0), double.PositiveInfinity);
        for (var canary = maxCanary; canary >= 1; canary--)
        {
            var exact = ((long)canary * weight.RestBasisPoints / (double)weight.BasisPoints) - others;
            var below = (int)Math.Clamp(Math.Floor(exact), 1, maxStable);
            for (var stable = Math.Min(below + 1, maxStable); stable >= below; stable--)
            {
                var off = Math.Abs(((double)canary / (canary + stable + others)) - wanted);
                if (off < nearest)
                {
                    (best, nearest) = ((stable, canary), off);
                }
            }
        }

        return best;
    }
}
