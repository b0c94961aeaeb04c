namespace CanaryController.Resources.Rollouts;

/// <summary>
/// <c>spec.traffic.consul</c>: a service of a Consul mesh, whose splitter divides the traffic. Of a Deployment it is one on Kubernetes, by the ServiceSplitter and ServiceResolver of its name in the rollout's
/// namespace; of External versions one on plain hosts, by the config entries.
/// </summary>
public sealed record ConsulSection
{
    /// <summary>The Consul agent's name in the manager's configuration (list <c>consuls</c>), on plain hosts only: a DNS label. Default <c>default</c>.</summary>
    public string Name { get; init; } = "default";

    /// <summary>The service that clients call, as its instances register it: a DNS label. On Kubernetes the name of <c>spec.service</c>. Two rollouts never share a service. Required.</summary>
    public string Service { get; init; } = "";

    /// <summary>
    /// On Kubernetes only: there is a ServiceRouter of the service's name, whose routes are copied for a step's <c>match</c>. Required for steps that match; without it the ServiceRouter is left alone. On plain
    /// hosts the service-router is found and made without it. Default <c>false</c>.
    /// </summary>
    public bool ServiceRouter { get; init; }
}
