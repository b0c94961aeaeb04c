using CanaryController.Core;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>What a canary gets beside its weight (ADR 0011).</summary>
/// <param name="Matches">Requests that go to it whatever the weight is, in the order in which they were asked for.</param>
/// <param name="IsMirrored">It gets a copy of each request.</param>
internal sealed record BesideWeight(EquatableArray<RequestMatch> Matches, bool IsMirrored)
{
    /// <summary>Nothing.</summary>
    public static readonly BesideWeight None = new([], IsMirrored: false);

    /// <summary>It gets none.</summary>
    public bool IsNone => Matches.IsEmpty && !IsMirrored;

    /// <summary>What <paramref name="split"/> asks for.</summary>
    public static BesideWeight Of(TrafficSplit split) => split.Matches.IsEmpty && !split.IsMirrored ? None : new(split.Matches, split.IsMirrored);

    /// <summary>Both say the same of what an object can give that divides nothing.</summary>
    public bool Agrees(BesideWeight other, BesideParts part) => part switch
    {
        BesideParts.Matches => Matches == other.Matches,
        BesideParts.Mirror => IsMirrored == other.IsMirrored,
    };

    /// <summary>That of the same split.</summary>
    public bool Equals(BesideWeight? other) => other is not null && Matches == other.Matches && IsMirrored == other.IsMirrored;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Matches, IsMirrored);
}
