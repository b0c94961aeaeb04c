namespace CanaryController.Core.Traffic;

/// <summary>
/// How one route divides its requests between two versions. It cannot fail to sum up: stable has what the canary has not.
/// </summary>
/// <param name="Stable">The stable version's revision.</param>
/// <param name="Canary">The canary's revision; null when only stable is known, and then the weight is zero.</param>
/// <param name="Weight">The canary's share.</param>
/// <param name="Matches">Requests that go to the canary whatever the weight is.</param>
public sealed record TrafficSplit(string Stable, string? Canary, CanaryWeight Weight, EquatableArray<RequestMatch> Matches)
{
    /// <summary>The canary gets a copy of each request, whose answer nobody sees. Only at weight 0.</summary>
    public bool IsMirrored { get; init; }

    /// <summary>Everything to stable.</summary>
    public static TrafficSplit AllTo(string stable) => new(stable, null, CanaryWeight.Zero, []);

    /// <summary>True when the canary gets requests: by weight, by a match, or as copies.</summary>
    public bool GivesCanaryTraffic => Canary is not null && (Weight > CanaryWeight.Zero || !Matches.IsEmpty || IsMirrored);

    /// <summary>True when the canary gets nothing that it does not get under <paramref name="other"/>.</summary>
    public bool GivesNoMoreThan(TrafficSplit other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Weight > other.Weight || (IsMirrored && !other.IsMirrored))
        {
            return false;
        }

        foreach (var match in Matches)
        {
            if (!other.Matches.Contains(match))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True when the canary gets something less than under <paramref name="other"/>, and nothing more.</summary>
    public bool GivesLessThan(TrafficSplit other) => GivesNoMoreThan(other) && !other.GivesNoMoreThan(this);

    /// <summary>
    /// True when every request goes the same way under both: a canary that gets nothing need not be named, and everything to a canary is everything to that version.
    /// </summary>
    public bool RoutesAlike(TrafficSplit other) =>
        (SoleVersion, other.SoleVersion) switch
        {
            (null, null) => Equals(other),
            var (mine, theirs) => mine == theirs,
        };

    /// <summary>The version that gets all requests; null when two share them.</summary>
    public string? SoleVersion =>
        !GivesCanaryTraffic || Canary == Stable ? Stable
        : Weight == CanaryWeight.Full ? Canary
        : null;
}

/// <summary>Picks requests by one header or cookie.</summary>
/// <param name="Kind">Where to look.</param>
/// <param name="Name">The header's name (any case) or the cookie's (exact).</param>
/// <param name="Value">The exact value.</param>
public sealed record RequestMatch(RequestMatchKind Kind, string Name, string Value);

/// <summary>Where a <see cref="RequestMatch"/> looks.</summary>
public enum RequestMatchKind
{
    /// <summary>A request header.</summary>
    Header,

    /// <summary>A cookie.</summary>
    Cookie,
}
