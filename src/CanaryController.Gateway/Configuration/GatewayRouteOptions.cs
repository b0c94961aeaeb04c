using System.Collections.Immutable;

namespace CanaryController.Gateway.Configuration;

/// <summary>One route: which requests it takes, and the versions among which its split divides them.</summary>
internal sealed record GatewayRouteOptions
{
    public const int MaxVersions = 32;

    public required string Name { get; init; }

    /// <summary>Host names without port, any case; none means any.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>A prefix of whole segments: <c>/shop</c> takes <c>/shop</c> and <c>/shop/cart</c>, not <c>/shopping</c>. Default <c>/</c>.</summary>
    public string Path { get; init; } = "/";

    /// <summary>Has all traffic until a split is applied.</summary>
    public required string Stable { get; init; }

    /// <summary>1 to 32 versions, ordered by name.</summary>
    public required ImmutableArray<VersionOptions> Versions { get; init; }

    /// <summary>Active checks; without them every address counts as healthy.</summary>
    public HealthOptions? Health { get; init; }

    public AffinityOptions? Affinity { get; init; }

    /// <summary>Longest silence of a version, before its response's headers and between parts of a body. Default 100 s, 10 ms to 1 h.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);
}

/// <summary>One version of the application behind a route.</summary>
internal sealed record VersionOptions
{
    public required string Name { get; init; }

    /// <summary>1 to 256 addresses, <c>http://host:port</c>.</summary>
    public required ImmutableArray<string> Addresses { get; init; }

    /// <summary>Speak HTTP/2 without TLS (h2c) to this version. Default false.</summary>
    public bool Http2 { get; init; }

    public bool Equals(VersionOptions? other) =>
        other is not null && Name == other.Name && Http2 == other.Http2 && Addresses.AsSpan().SequenceEqual(other.Addresses.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Name, Addresses.Length, Http2);
}

/// <summary>Active checks of each address: GET <see cref="Path"/> answers 200..299.</summary>
internal sealed record HealthOptions
{
    public required string Path { get; init; }

    /// <summary>Default 2 s, 100 ms to 1 h.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Default 1 s, 10 ms to 1 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Failed checks in a row that take a healthy address out. Default 2, 1 to 100.</summary>
    public int UnhealthyAfter { get; init; } = 2;
}

/// <summary>Keeps a visitor at one position of the split.</summary>
internal sealed record AffinityOptions
{
    public string Cookie { get; init; } = "canary_affinity";

    /// <summary>How long a visitor keeps a position. Default 1 h, 1 s to 400 d.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromHours(1);
}
