using System.Collections.Frozen;
using CanaryController.Core.Traffic;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic;

/// <summary>The routers of plain hosts: each rollout is carried out by the one that it names.</summary>
/// <param name="routers">Those that the configuration has something of.</param>
internal sealed class PlainRouters(IEnumerable<PlainRouter> routers) : ITrafficRouter
{
    private readonly FrozenDictionary<RouterType, ITrafficRouter> _routers = routers.ToFrozenDictionary(each => each.Type, each => each.Router);

    /// <inheritdoc/>
    public Task<RouteReading> ReadAsync(RouteTarget target, string stable, string? canary, CancellationToken cancellation) =>
        _routers.TryGetValue(target.Router, out var router) ? router.ReadAsync(target, stable, canary, cancellation) : Task.FromResult(Unknown(target));

    /// <inheritdoc/>
    public Task<RouteReading> ApplyAsync(RouteTarget target, TrafficSplit split, RouteReading basis, CancellationToken cancellation) =>
        _routers.TryGetValue(target.Router, out var router) ? router.ApplyAsync(target, split, basis, cancellation) : Task.FromResult(Unknown(target));

    /// <inheritdoc/>
    /// <remarks>Where nothing is configured that could have divided anything, nothing is to be given back.</remarks>
    public Task<string?> RestoreAsync(RouteTarget target, string stable, CancellationToken cancellation) =>
        _routers.TryGetValue(target.Router, out var router) ? router.RestoreAsync(target, stable, cancellation) : Task.FromResult<string?>(null);

    private static RouteReading Unknown(RouteTarget target) => RouteReading.Unknown(
        $"The manager's configuration has no {target.Router} '{target.Gateway}'; name one in the list {target.Router switch
        {
            RouterType.Consul => "consuls",
            RouterType.HAProxy => "haproxies",
            RouterType.Gateway or RouterType.GatewayAPI or RouterType.ReplicaRatio or RouterType.Istio or RouterType.Linkerd or RouterType.SMI or RouterType.Traefik or RouterType.Contour or RouterType.IngressNginx => "gateways",
        }}.");
}

/// <summary>A router of plain hosts.</summary>
/// <param name="Type">How rollouts name it.</param>
/// <param name="Router">It.</param>
internal sealed record PlainRouter(RouterType Type, ITrafficRouter Router);
