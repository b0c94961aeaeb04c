namespace CanaryController.Core.Traffic;

/// <summary>
/// The canary's share of the traffic, in basis points: 0 (nothing) to 10,000 (everything). Written for users as percent in multiples of 0.01.
/// </summary>
public readonly record struct CanaryWeight : IComparable<CanaryWeight>
{
    /// <summary>What the weights of one route sum to.</summary>
    public const int WholeBasisPoints = 10_000;

    private CanaryWeight(int basisPoints) => BasisPoints = basisPoints;

    /// <summary>No traffic.</summary>
    public static CanaryWeight Zero => default;

    /// <summary>All traffic.</summary>
    public static CanaryWeight Full => new(WholeBasisPoints);

    /// <summary>0 to 10,000.</summary>
    public int BasisPoints { get; }

    /// <summary>0 to 100, in multiples of 0.01.</summary>
    public decimal Percent => BasisPoints / 100m;

    /// <summary>What is left for stable, in basis points.</summary>
    public int RestBasisPoints => WholeBasisPoints - BasisPoints;

    /// <summary>The weight of that many basis points.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not within 0 to 10,000.</exception>
    public static CanaryWeight FromBasisPoints(int basisPoints) =>
        basisPoints is >= 0 and <= WholeBasisPoints
            ? new(basisPoints)
            : throw new ArgumentOutOfRangeException(nameof(basisPoints), basisPoints, "A weight is 0 to 10000 basis points.");

    /// <summary>The weight of <paramref name="percent"/>, or null when it is outside 0 to 100 or finer than 0.01.</summary>
    public static CanaryWeight? TryFromPercent(decimal percent) =>
        percent is >= 0 and <= 100 && decimal.Truncate(percent * 100) == percent * 100 ? new((int)(percent * 100)) : null;

    /// <summary>The smaller of two weights.</summary>
    public static CanaryWeight Min(CanaryWeight left, CanaryWeight right) => left <= right ? left : right;

    /// <inheritdoc/>
    public int CompareTo(CanaryWeight other) => BasisPoints.CompareTo(other.BasisPoints);

    /// <summary>For people: <c>5 %</c>, <c>0.25 %</c>.</summary>
    public override string ToString() => $"{Percent:0.##} %";

    /// <summary>Less traffic.</summary>
    public static bool operator <(CanaryWeight left, CanaryWeight right) => left.BasisPoints < right.BasisPoints;

    /// <summary>More traffic.</summary>
    public static bool operator >(CanaryWeight left, CanaryWeight right) => left.BasisPoints > right.BasisPoints;

    /// <summary>At most as much traffic.</summary>
    public static bool operator <=(CanaryWeight left, CanaryWeight right) => left.BasisPoints <= right.BasisPoints;

    /// <summary>At least as much traffic.</summary>
    public static bool operator >=(CanaryWeight left, CanaryWeight right) => left.BasisPoints >= right.BasisPoints;
}
