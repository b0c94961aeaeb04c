using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.IngressNginx;
using CanaryController.Manager.Traffic.ReplicaRatio;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic;

/// <summary>The routers of a cluster: each rollout is carried out by the one that it names.</summary>
internal sealed class ClusterRouters(RouteObjectRouter objects, ReplicaRatioRouter replicaRatio, IngressNginxRouter ingressNginx) : ITrafficRouter
{
    /// <inheritdoc/>
    public Task<RouteReading> ReadAsync(RouteTarget target, string stable, string? canary, CancellationToken cancellation) =>
        Pick(target)?.ReadAsync(target, stable, canary, cancellation) ?? Task.FromResult(RouteReading.Unknown(Unsupported));

    /// <inheritdoc/>
    public async Task<RouteReading> ApplyAsync(RouteTarget target, TrafficSplit split, RouteReading basis, CancellationToken cancellation)
    {
        // What takes traffic from a canary waits behind no other request.
        using UrgentRequests.Scope? urgent = basis.Route.Applied is { } before && split.GivesLessThan(before) ? UrgentRequests.Begin() : null;
        return Pick(target) is { } router ? await router.ApplyAsync(target, split, basis, cancellation) : RouteReading.Unknown(Unsupported);
    }

    /// <inheritdoc/>
    /// <remarks>Where no router could divide anything, nothing is to be given back.</remarks>
    public Task<string?> RestoreAsync(RouteTarget target, string stable, CancellationToken cancellation) =>
        Pick(target)?.RestoreAsync(target, stable, cancellation) ?? Task.FromResult<string?>(null);

    private const string Unsupported = "On Kubernetes traffic.router is what carries the requests there, like GatewayAPI or Istio, or ReplicaRatio.";

    private ITrafficRouter? Pick(RouteTarget target) => target.Cluster?.Router switch
    {
        RouterType.GatewayAPI or RouterType.Istio or RouterType.Linkerd or RouterType.SMI or RouterType.Traefik or RouterType.Contour or RouterType.Consul => objects,
        RouterType.ReplicaRatio => replicaRatio,
        RouterType.IngressNginx => ingressNginx,
        RouterType.Gateway or RouterType.HAProxy or null => null,
    };
}
