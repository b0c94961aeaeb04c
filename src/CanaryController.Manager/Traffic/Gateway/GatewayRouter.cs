using System.Collections.Frozen;
using System.Net;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.Gateway;

/// <summary>
/// Carries out splits by the admin API of <c>canary-gateway</c>. A write names the generation that was last seen, so that a change by somebody else is
/// noticed: then nothing is written, what is in force is answered, and the next decision starts from there. Nothing is retried here: retrying
/// is the work queue's, and an abort must not wait behind a backoff.
/// </summary>
internal sealed class GatewayRouter : ITrafficRouter
{
    private readonly FrozenDictionary<string, (GatewayClient Client, GatewayRouteCache Cache)> _gateways;

    public GatewayRouter(IEnumerable<GatewayClient> clients, TimeProvider time) =>
        _gateways = clients.ToFrozenDictionary(client => client.Name, client => (client, new GatewayRouteCache(client, time)), StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<RouteReading> ReadAsync(RouteTarget target, string stable, string? canary, CancellationToken cancellation)
    {
        if (!_gateways.TryGetValue(target.Gateway, out var gateway))
        {
            return UnknownGateway(target);
        }

        var answer = await gateway.Cache.GetAsync(target.Route, cancellation);
        return answer.Value is { } route ? GatewaySplitMapping.ToReading(route, stable, canary) : RouteReading.Unknown(answer.Problem!);
    }

    /// <inheritdoc/>
    public async Task<RouteReading> ApplyAsync(RouteTarget target, TrafficSplit split, RouteReading basis, CancellationToken cancellation)
    {
        if (!_gateways.TryGetValue(target.Gateway, out var gateway))
        {
            return UnknownGateway(target);
        }

        var generation = gateway.Cache.Generation(target.Route);
        var answer = await gateway.Client.PutAsync(target.Route, GatewaySplitMapping.ToGateway(split), generation, cancellation);
        if (answer.Status == HttpStatusCode.PreconditionFailed)
        {
            answer = await gateway.Client.GetAsync(target.Route, cancellation);
        }

        if (answer.Value is not { } route)
        {
            gateway.Cache.Invalidate(target.Route);
            return RouteReading.Unknown(answer.Problem!);
        }

        gateway.Cache.Keep(route);
        return GatewaySplitMapping.ToReading(route, split.Stable, split.Canary);
    }

    /// <inheritdoc/>
    /// <remarks>The gateway keeps the last split, and has no other owner to give the route back to.</remarks>
    public Task<string?> RestoreAsync(RouteTarget target, string stable, CancellationToken cancellation) => Task.FromResult<string?>(null);

    private static RouteReading UnknownGateway(RouteTarget target) =>
        RouteReading.Unknown($"No gateway '{target.Gateway}' is configured; name one of the list gateways in traffic.gateway.");
}
