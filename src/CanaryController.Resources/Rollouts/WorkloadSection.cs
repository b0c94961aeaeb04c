namespace CanaryController.Resources.Rollouts;

/// <summary><c>spec.workload</c>: which versions there are, and who runs them.</summary>
public sealed record WorkloadSection
{
    /// <summary>How long capacity or the router may take to become ready when nothing else is said.</summary>
    public static readonly TimeSpan DefaultProgressDeadline = TimeSpan.FromMinutes(10);

    /// <summary>Who runs the versions. Required.</summary>
    public WorkloadType? Kind { get; init; }

    /// <summary>For Deployment: its name, in the rollout's namespace. Required there, refused for External.</summary>
    public string? Name { get; init; }

    /// <summary>How long capacity or the router may take to become ready before the rollout is aborted: 1s to 24h. Default <c>10m</c>.</summary>
    public TimeSpan ProgressDeadline { get; init; } = DefaultProgressDeadline;

    /// <summary>For External: the versions. Required there, refused for Deployment, whose versions are its ReplicaSets.</summary>
    public VersionsSection? Versions { get; init; }
}

/// <summary>Who runs the versions.</summary>
public enum WorkloadType
{
    /// <summary>A Kubernetes Deployment: the controller scales the canary and hands it over at promotion.</summary>
    Deployment,

    /// <summary>Somebody else starts and stops the versions; the controller only moves traffic.</summary>
    External,
}

/// <summary><c>spec.workload.versions</c>: the versions' names, as the router knows them.</summary>
public sealed record VersionsSection
{
    /// <summary>What is stable before the first rollout; afterwards the last promoted version is. 1 to 63 of <c>A-Z a-z 0-9 - _ .</c>, a letter or digit at both ends. Required.</summary>
    public string Stable { get; init; } = "";

    /// <summary>What to roll out; equal to the stable version there is nothing to do. Default: the stable version.</summary>
    public string? Canary { get; init; }
}

/// <summary><c>spec.service</c>: the service whose versions are released.</summary>
public sealed record ServiceSection
{
    /// <summary>Its name: a DNS label. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its port: 1 to 65535. Left out: its only one.</summary>
    public int? Port { get; init; }
}
