namespace CanaryController.Resources.Rollouts;

/// <summary><c>spec.traffic</c>: what splits the traffic.</summary>
public sealed record TrafficSection
{
    /// <summary>The router. Required; this version supports <c>Gateway</c>.</summary>
    public RouterType? Router { get; init; }

    /// <summary>For Gateway: which one, and which route of it. Required there.</summary>
    public GatewaySection? Gateway { get; init; }
}

/// <summary>Routers that this version supports.</summary>
public enum RouterType
{
    /// <summary>The product's own gateway, <c>canary-gateway</c>.</summary>
    Gateway,
}

/// <summary><c>spec.traffic.gateway</c>: a route of the product's own gateway.</summary>
public sealed record GatewaySection
{
    /// <summary>The gateway's name in the manager's configuration: a DNS label. Default <c>default</c>.</summary>
    public string Name { get; init; } = "default";

    /// <summary>The route's name in that gateway's configuration: a DNS label. Two rollouts never share a route. Required.</summary>
    public string Route { get; init; } = "";
}
