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
    /// <summary>Everything to stable.</summary>
    public static TrafficSplit AllTo(string stable) => new(stable, null, CanaryWeight.Zero, []);

    /// <summary>True when the canary gets requests, by weight or by a match.</summary>
    public bool GivesCanaryTraffic => Canary is not null && (Weight > CanaryWeight.Zero || !Matches.IsEmpty);

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
