using System.Text.Json.Serialization;

namespace CanaryController.Resources.Api;

/// <summary>A freeze as the API shows it.</summary>
public sealed record FreezeView
{
    /// <summary>FreezeWindow or ClusterFreezeWindow; of what cannot be read, what it is.</summary>
    public required string Kind { get; init; }

    /// <summary>Its namespace; left out for one of all namespaces.</summary>
    public string? Namespace { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>It lasts now.</summary>
    public required bool Lasts { get; init; }

    /// <summary>When that changes next; left out when never, or not foreseen.</summary>
    public DateTimeOffset? ChangesAt { get; init; }

    /// <summary>Whom it holds up, and when, in words.</summary>
    public required string Means { get; init; }

    /// <summary>The file that it stands in; left out for one that the API made, and on Kubernetes.</summary>
    public string? File { get; init; }
}

/// <summary><c>GET /v1/namespaces/{ns}/freezes</c>: those of the namespace and those of all.</summary>
/// <param name="Items">Those that last first, then by name.</param>
public sealed record FreezeList(IReadOnlyList<FreezeView> Items);

/// <summary>The body of <c>POST /v1/namespaces/{ns}/freezes</c>: a freeze from now on, or from <see cref="Start"/> on. An unknown member is refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record FreezeRequest
{
    /// <summary>Its name: a DNS label.</summary>
    public required string Name { get; init; }

    /// <summary>Why, for those who wait: 1 to 500 characters.</summary>
    public required string Reason { get; init; }

    /// <summary>When it begins; left out: now.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>When it ends; left out: when somebody ends it.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>Names of rollouts that it is for; left out: all of the namespace.</summary>
    public IReadOnlyList<string>? Rollouts { get; init; }
}
