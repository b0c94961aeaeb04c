using System.Collections.Frozen;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>
/// Carries out splits by the weights of a backend's servers, which it changes while HAProxy runs. HAProxy has no conditional write: the weights are read right before they are written and compared
/// with those that were decided by, so that what somebody else wrote before is seen; who writes within the millisecond between is overwritten, and the weights are read back afterwards.
/// Nothing is retried here.
/// </summary>
internal sealed class HAProxyRouter : ITrafficRouter
{
    private static readonly FrozenSet<string> _none = [];

    private readonly FrozenDictionary<string, ProxyReads> _proxies;
    private readonly AskedWeights _asked = new();

    public HAProxyRouter(IEnumerable<HAProxyClient> clients, TimeProvider time) =>
        _proxies = clients.ToFrozenDictionary(client => client.Name, client => new ProxyReads(client, time), StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<RouteReading> ReadAsync(RouteTarget target, string stable, string? canary, CancellationToken cancellation)
    {
        if (!_proxies.TryGetValue(target.Gateway, out var proxy))
        {
            return UnknownProxy(target);
        }

        var seen = await proxy.ReadAsync(target.Route, mayRemember: true, cancellation);
        return Reading(target, seen, stable, canary);
    }

    /// <inheritdoc/>
    public async Task<RouteReading> ApplyAsync(RouteTarget target, TrafficSplit split, RouteReading basis, CancellationToken cancellation)
    {
        if (!_proxies.TryGetValue(target.Gateway, out var proxy))
        {
            return UnknownProxy(target);
        }

        var seen = await proxy.ReadAsync(target.Route, mayRemember: false, cancellation);
        var reading = Reading(target, seen, split.Stable, split.Canary);
        if (seen.Backend is not { } backend || reading.Basis != basis.Basis)
        {
            return reading;
        }

        var versions = Versions(target, backend, split.Stable, split.Canary);
        if (Refusal(versions, split) is { } refusal)
        {
            return Refused(reading, refusal);
        }

        var (plan, maps) = (WeightPlan.For(versions, split.Weight), MapPlan.Of(versions, split.Matches));
        var falls = reading.Route.Applied is { } now && split.Weight < now.Weight;
        if (maps.Problem is { } unmet && !falls)
        {
            return Refused(reading, unmet);
        }

        _asked.Keep(target, split, plan, backend);
        var problem = await WriteAsync(proxy.Client, backend.Name, WeightWrites.Of(versions, plan), maps, cancellation);
        var after = Reading(target, await proxy.ReadAsync(target.Route, mayRemember: false, cancellation), split.Stable, split.Canary);
        return problem is null ? after : Refused(after, problem);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Stable's servers get their configured weights. Those of other versions stay as they are: the canary's have 0, and would take requests again with any other.
    /// </remarks>
    public async Task<string?> RestoreAsync(RouteTarget target, string stable, CancellationToken cancellation)
    {
        if (!_proxies.TryGetValue(target.Gateway, out var proxy))
        {
            return null;
        }

        var seen = await proxy.ReadAsync(target.Route, mayRemember: false, cancellation);
        if (seen.Backend is { } backend)
        {
            var versions = BackendVersions.Of(backend, stable, null, _none);
            var isSaid = versions.Stable.Any(server => server.Initial > 0);
            var writes = isSaid ? WeightWrites.Of(versions, WeightPlan.For(versions, CanaryWeight.Zero)) : new([], []);
            var problem = await WriteAsync(proxy.Client, backend.Name, writes, MapPlan.Of(versions, []), cancellation);
            if (problem is not null)
            {
                return problem;
            }
        }
        else if (!seen.IsMissing)
        {
            return seen.Problem;
        }

        _asked.Forget(target);
        return null;
    }

    /// <summary>What takes requests from the canary comes first, and none of it waits for the rest of it.</summary>
    private static async Task<string?> WriteAsync(HAProxyClient client, string backend, WeightWrites writes, MapPlan maps, CancellationToken cancellation)
    {
        var unmatched = await WriteAsync(client, backend, maps.Removing, cancellation);
        var problem = await WriteAsync(client, backend, Commands(backend, writes.Lowering), cancellation) ?? unmatched;
        problem ??= await WriteAsync(client, backend, Commands(backend, writes.Raising), cancellation);
        return problem ?? await WriteAsync(client, backend, maps.Adding, cancellation) ?? maps.Problem;
    }

    private static List<string> Commands(string backend, IReadOnlyList<WeightWrite> writes) => [.. writes.Select(write => ProxyCommand.SetWeight(backend, write.Server, write.Weight))];

    private static async Task<string?> WriteAsync(HAProxyClient client, string backend, IReadOnlyList<string> commands, CancellationToken cancellation)
    {
        if (commands.Count == 0)
        {
            return null;
        }

        var answer = await client.AskAsync(commands, $"change backend '{backend}'", cancellation);
        if (answer.Problem is { } problem)
        {
            return problem;
        }

        // HAProxy says nothing when it has done as told.
        var refused = answer.Texts.Index().FirstOrDefault(text => text.Item.Length > 0);
        return refused.Item is null ? null : $"HAProxy '{client.Name}' refused '{commands[refused.Index]}': {Explained(refused.Item)}";
    }

    private static string Explained(string answer) =>
        answer.StartsWith("Permission denied", StringComparison.Ordinal) ? "Permission denied; write level admin at the stats socket line."
        : answer.Contains("static LB algorithm", StringComparison.Ordinal) ? $"{answer.Trim()} Write balance roundrobin, or hash-type consistent beside a balance that hashes."
        : answer.Trim();

    /// <summary>Why nothing is written; null when the split may be carried out.</summary>
    private static string? Refusal(BackendVersions versions, TrafficSplit split)
    {
        var missing = split.Weight < CanaryWeight.Full && versions.Stable.Count == 0 ? versions.StableName
            : versions.CanaryName is { } canary && split.Canary is not null && versions.Canary.Count == 0 ? canary
            : null;
        return missing is not null ? BackendSentences.NoServer(versions.Backend, missing)
            : split.GivesCanaryTraffic ? BackendRefusal.Of(versions.Backend)
            : null;
    }

    private static RouteReading Refused(RouteReading reading, string problem) => reading with { Route = reading.Route with { Accepted = false, Problem = problem } };

    private RouteReading Reading(RouteTarget target, ProxyRead seen, string stable, string? canary)
    {
        if (seen.Backend is { } backend)
        {
            return BackendReading.Of(Versions(target, backend, stable, canary), _asked.Find(target));
        }

        // A backend that is gone has nothing to take back.
        return RouteReading.Unknown(seen.Problem!) with { WithoutMissing = seen.IsMissing ? new(TrafficSplit.AllTo(stable), true, null) : null };
    }

    private BackendVersions Versions(RouteTarget target, ProxyBackend backend, string stable, string? canary) =>
        BackendVersions.Of(backend, stable, canary, _asked.Find(target)?.Cleared ?? _none);

    private static RouteReading UnknownProxy(RouteTarget target) =>
        RouteReading.Unknown($"No HAProxy '{target.Gateway}' is configured; name one of the list haproxies in traffic.haproxy.");
}
