using System.Collections.Concurrent;
using System.Collections.Frozen;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>
/// Carries out splits by the service-splitter, service-resolver and service-router of a service in a Consul mesh, over the agent's HTTP API. Consul says that it stored an entry, not that every proxy follows it: a split
/// counts as taken up when it is read back.
/// </summary>
/// <remarks>
/// There is no fence: plain hosts have one manager, which the lock beside its database sees to, and a write that a stopped process still has under way names an index that is gone by then.
/// </remarks>
internal sealed class ConsulRouter : ITrafficRouter
{
    private readonly FrozenDictionary<string, ConsulClient> _agents;
    private readonly ConcurrentDictionary<RouteTarget, ConsulService> _services = new();
    private readonly ConsulDivider _divider;
    private readonly TimeProvider _time;

    public ConsulRouter(IEnumerable<ConsulClient> agents, TimeProvider time)
    {
        _agents = agents.ToFrozenDictionary(agent => agent.Name, StringComparer.Ordinal);
        _divider = new(time);
        _time = time;
    }

    /// <inheritdoc/>
    public async Task<RouteReading> ReadAsync(RouteTarget target, string stable, string? canary, CancellationToken cancellation)
    {
        if (Find(target) is not { } service)
        {
            return UnknownAgent(target);
        }

        return Reading(service, await service.LookAsync(cancellation), ConsulVersions.Of(service.Name, stable, canary));
    }

    /// <inheritdoc/>
    public async Task<RouteReading> ApplyAsync(RouteTarget target, TrafficSplit split, RouteReading basis, CancellationToken cancellation)
    {
        if (Find(target) is not { } service)
        {
            return UnknownAgent(target);
        }

        var versions = ConsulVersions.Of(service.Name, split.Stable, split.Canary);
        var (sight, problem) = (await service.LookAsync(cancellation), default(string));
        if (sight.Problem is null && sight.Basis == basis.Basis)
        {
            (sight, problem) = await _divider.DivideAsync(service, sight, versions, split, cancellation);
        }

        var reading = Reading(service, sight, versions);
        return problem is null ? reading : reading with { Route = reading.Route with { Accepted = false, Problem = problem } };
    }

    /// <inheritdoc/>
    /// <remarks>Where the agent is not configured any more, nothing can be given back.</remarks>
    public async Task<string?> RestoreAsync(RouteTarget target, string stable, CancellationToken cancellation)
    {
        if (Find(target) is not { } service)
        {
            return null;
        }

        if (await ConsulReturner.ReturnAsync(service, stable, cancellation) is { } left)
        {
            return left;
        }

        service.Stop();
        _divider.Forget(service);
        _services.TryRemove(target, out _);
        return null;
    }

    private RouteReading Reading(ConsulService service, ConsulSight sight, ConsulVersions versions) =>
        ConsulReading.Of(sight, versions, service.Client, _divider.Conditions(service));

    private ConsulService? Find(RouteTarget target) => _agents.TryGetValue(target.Gateway, out var agent)
        ? _services.GetOrAdd(target, static (key, state) => new(state.agent, key.Route, state._time), (agent, _time))
        : null;

    private static RouteReading UnknownAgent(RouteTarget target) =>
        RouteReading.Unknown($"No Consul agent '{target.Gateway}' is configured; name one of the list consuls in traffic.consul.");
}
