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
