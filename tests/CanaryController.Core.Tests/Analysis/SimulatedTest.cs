using CanaryController.Core.Analysis;

namespace CanaryController.Core.Tests.Analysis;

/// <summary>One sequential test fed with simulated blocks.</summary>
internal static class SimulatedTest
{
    /// <summary>Seconds until E reaches 1/alpha; infinity when it does not within <paramref name="seconds"/>.</summary>
    public static double SecondsToReject(
        ISequentialTest test, double alpha, int blockSeconds, int seconds, Func<int, BlockCounts> blockAt, bool oneStart = false)
    {
        var evidence = new StartMixture();
        var limit = Math.Log(1 / alpha);
        for (var second = 0; second < seconds; second += blockSeconds)
        {
            // All starts at the beginning together weigh 1: the plain test, without the mixture.
            evidence.BeginStarts(oneStart ? int.MaxValue : (second / 60) + 1);
            test.Add(evidence, blockAt(second));
            if (evidence.Reaches(limit))
            {
                return second + blockSeconds;
            }
        }

        return double.PositiveInfinity;
    }

    /// <summary>A block of both arms.</summary>
    public static BlockCounts Both(Random random, double canaryRequests, double canaryRate, double stableRequests, double stableRate)
    {
        var canary = Draw.Requests(random, canaryRequests, canaryRate);
        var stable = Draw.Requests(random, stableRequests, stableRate);
        return new(canary.Total, canary.Bad, stable.Total, stable.Bad);
    }

    /// <summary>A block of the canary alone.</summary>
    public static BlockCounts Canary(Random random, double requests, double rate)
    {
        var (total, bad) = Draw.Requests(random, requests, rate);
        return new(total, bad, 0, 0);
    }
}
