namespace CanaryController.Resources.Rollouts;

/// <summary><c>spec.traffic.consul</c>: a service of a Consul mesh, whose splitter divides the traffic.</summary>
public sealed record ConsulSection
{
    /// <summary>The Consul agent's name in the manager's configuration (list <c>consuls</c>): a DNS label. Default <c>default</c>.</summary>
    public string Name { get; init; } = "default";

    /// <summary>The service that clients call, as its instances register it: a DNS label. Two rollouts never share a service. Required.</summary>
    public string Service { get; init; } = "";
}
