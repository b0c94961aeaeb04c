using System.Collections.Immutable;

namespace CanaryController.Gateway.Splits;

/// <summary>How a route divides its requests. Checked by <see cref="SplitReader"/> against the route's versions.</summary>
/// <param name="Weights">Basis points by version; they sum to <see cref="Whole"/>. A version that is missing has 0.</param>
/// <param name="Matches">Tried in order before the weights.</param>
internal sealed record Split(ImmutableSortedDictionary<string, int> Weights, ImmutableArray<SplitMatch> Matches)
{
    /// <summary>All of it, in basis points.</summary>
    public const int Whole = 10_000;

    public static Split AllTo(string version) =>
        new(ImmutableSortedDictionary<string, int>.Empty.WithComparers(StringComparer.Ordinal).Add(version, Whole), []);

    public int WeightOf(string version) => Weights.GetValueOrDefault(version);

    /// <summary>Routes every request the same: a version with weight 0 is as good as missing.</summary>
    public bool MeansTheSameAs(Split other) =>
        Weights.All(weight => other.WeightOf(weight.Key) == weight.Value)
        && other.Weights.All(weight => WeightOf(weight.Key) == weight.Value)
        && Matches.AsSpan().SequenceEqual(other.Matches.AsSpan());

    public bool Equals(Split? other) =>
        other is not null && Weights.SequenceEqual(other.Weights) && Matches.AsSpan().SequenceEqual(other.Matches.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Weights.Count, Matches.Length);
}

/// <summary>Requests that go to one version whatever the weights are.</summary>
/// <param name="Kind">Where to look.</param>
/// <param name="Name">The header's or the cookie's name, in any case.</param>
/// <param name="Value">The exact value; a cookie's after its percent-encoding is decoded.</param>
/// <param name="Version">Where they go.</param>
internal sealed record SplitMatch(MatchKind Kind, string Name, string Value, string Version);

/// <summary>Where a <see cref="SplitMatch"/> looks.</summary>
internal enum MatchKind
{
    Header,
    Cookie,
}

/// <summary>A split with its generation: rises by one with each split that differs from the one before.</summary>
internal sealed record AppliedSplit(long Generation, Split Split);
