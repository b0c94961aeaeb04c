namespace CanaryController.Resources.Rollouts;

/// <summary><c>spec.traffic.haproxy</c>: a backend of an HAProxy, whose servers' weights divide the traffic.</summary>
public sealed record HAProxySection
{
    /// <summary>The proxy's name in the manager's configuration (list <c>haproxies</c>): a DNS label. Default <c>default</c>.</summary>
    public string Name { get; init; } = "default";

    /// <summary>The backend (or listen section) that holds the servers of both versions: at most 128 of <c>A-Z a-z 0-9 - _ . :</c>. Two rollouts never share a backend. Required.</summary>
    public string Backend { get; init; } = "";
}
