using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>Two weights of a rule, in whole numbers that only count beside each other.</summary>
/// <param name="Stable">Stable's.</param>
/// <param name="Canary">The canary's.</param>
internal readonly record struct PairWeights(int Stable, int Canary)
{
    /// <summary>What a pair that shares a rule with other backends has to weigh at least.</summary>
    public const int LeastSum = 2;

    private const int Percents = 100;

    /// <summary>
    /// For a pair that is alone in its rule: out of 100 where <paramref name="weight"/> is a whole percent, else out of 10,000.
    /// </summary>
    public static PairWeights Alone(CanaryWeight weight) => weight.BasisPoints % Percents == 0
        ? new(weight.RestBasisPoints / Percents, weight.BasisPoints / Percents)
        : new(weight.RestBasisPoints, weight.BasisPoints);

    /// <summary>For a pair that is alone: out of 10,000 times <paramref name="factor"/>.</summary>
    public static PairWeights Times(CanaryWeight weight, int factor) => new(weight.RestBasisPoints * factor, weight.BasisPoints * factor);

    /// <summary>
    /// For a pair beside others, which weighs <paramref name="sum"/> together and goes on to: the canary's part is rounded up, but below 100 % stable keeps at least 1. So the
    /// steps are 1/<paramref name="sum"/> wide.
    /// </summary>
    public static PairWeights Beside(CanaryWeight weight, int sum)
    {
        var up = (int)((((long)weight.BasisPoints * sum) + CanaryWeight.WholeBasisPoints - 1) / CanaryWeight.WholeBasisPoints);
        var canary = weight == CanaryWeight.Full ? sum : Math.Min(up, sum - 1);
        return new(sum - canary, canary);
    }

    /// <summary>What share these are; rounded to a basis point, but only nothing is 0 % and only everything is 100 %. Null for two zeros.</summary>
    public CanaryWeight? Share()
    {
        var sum = (long)Stable + Canary;
        if (sum == 0)
        {
            return null;
        }

        var points = (int)(((2L * Canary * CanaryWeight.WholeBasisPoints) + sum) / (2 * sum));
        return CanaryWeight.FromBasisPoints(
            Canary == 0 ? 0 : Stable == 0 ? CanaryWeight.WholeBasisPoints : Math.Clamp(points, 1, CanaryWeight.WholeBasisPoints - 1));
    }

    /// <summary>They divide requests exactly as <paramref name="weight"/> says.</summary>
    public bool IsExactly(CanaryWeight weight)
    {
        var sum = (long)Stable + Canary;
        return sum > 0 && Canary * (long)CanaryWeight.WholeBasisPoints == weight.BasisPoints * sum;
    }
}
