using System.Collections.Concurrent;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>
/// Makes one service divide as asked. Subsets come before the splits that name them, and go after; a version gets its first requests only when its subset has healthy instances. Each write holds only
/// while its entry is as it was when the decision was made. A share that falls waits for nothing but its own write.
/// </summary>
internal sealed class ConsulDivider(TimeProvider time)
{
    /// <summary>The condition that somebody else changes the splits again and again.</summary>
    public const string ContendedCondition = "RouteContended";

    /// <summary>The condition that a service-router sends requests past the splitter.</summary>
    public const string BypassedCondition = "RouteBypassed";

    private readonly Contention<RouteTarget> _contention = new(time);
    private readonly ConcurrentDictionary<RouteTarget, AskedSplit> _asked = new();
    private readonly ConcurrentDictionary<RouteTarget, IReadOnlyList<string>> _bypasses = new();

    /// <summary>Writes, and says what there is then, and why it is not as asked: one sentence, or null when it is, and when somebody else had written in between.</summary>
    public async Task<(ConsulSight Sight, string? Problem)> DivideAsync(ConsulService service, ConsulSight sight, ConsulVersions versions, TrafficSplit split, CancellationToken cancellation)
    {
        var routes = new ConsulMatches(service, versions, split);
        var now = Splits(service, sight, versions);
        var falls = now.Weight() is { } weight && split.Weight < weight;
        if (!falls && routes.Refusal(sight, now) is { } unmet)
        {
            return (sight, unmet);
        }

        // What takes requests from the canary comes first, and does not keep the rest from falling.
        (sight, var kept) = await routes.TakeAsync(sight, now, cancellation);
        if (kept is not null && !falls)
        {
            return (sight, kept);
        }

        (sight, var problem) = await WeighAsync(service, sight, versions, split, cancellation);
        now = Splits(service, sight, versions);
        if (kept is not null || problem is not null || sight.Problem is not null || now.Weight() != split.Weight || !routes.Writes(sight, now))
        {
            return (sight, kept ?? problem ?? (sight.Problem is null ? routes.Refusal(sight, now) : null));
        }

        (sight, problem) = await routes.GiveAsync(sight, now, cancellation);
        if (problem is null)
        {
            Asked(service, versions, split.Weight, split.Matches);
        }

        return (sight, problem);
    }

    private async Task<(ConsulSight Sight, string? Problem)> WeighAsync(ConsulService service, ConsulSight sight, ConsulVersions versions, TrafficSplit wanted, CancellationToken cancellation)
    {
        var (name, weight) = (NameOf(service), wanted.Weight);
        var splits = Splits(service, sight, versions);
        var resolver = ResolverPlan.Divide(sight.Resolver, versions, InUse(sight, service.Name));
        var splitter = SplitterPlan.Divide(sight.Splitter, splits, versions, weight);
        var isFall = splits.Weight() is { } now && weight < now && versions.All.All(each => ResolverPlan.FilterOf(sight.Resolver, each.Subset) is not null);
        resolver = isFall ? ConsulPlan.Nothing : resolver;
        if ((resolver.Problem ?? splitter.Problem) is { } refused)
        {
            return (sight, refused);
        }

        var first = First(splits, versions, wanted, sight);
        if (resolver.Entry is null && splitter.Entry is null && first.Count == 0)
        {
            return (sight, null);
        }

        if (Rest(service, sight, splitter.Entry is not null || new ConsulMatches(service, versions, wanted).Writes(sight, splits), wanted) is { } rest)
        {
            return (sight, rest);
        }

        // What takes a canary's requests away is not kept back by a look around, also when somebody wrote over what divided them.
        first = !wanted.GivesCanaryTraffic && _asked.ContainsKey(name) ? [] : first;
        var (seen, why) = await PrepareAsync(service, sight, resolver, first, cancellation);
        if (why is not null || ConsulEntry.IndexOf(seen.Splitter) != ConsulEntry.IndexOf(sight.Splitter))
        {
            return (seen, why);
        }

        if (splitter.Entry is null)
        {
            return (seen, null);
        }

        var written = await service.Client.PutAsync(splitter.Entry, ConsulEntry.IndexOf(sight.Splitter), $"write service-splitter {service.Name}", cancellation);
        if (written.IsDone)
        {
            Asked(service, versions, weight, RouterNote.Of(sight.Router)?.Picks ?? []);
        }

        seen = await service.LookAgainAsync(cancellation);
        return written.IsDone ? (await TidyAsync(service, seen, versions, cancellation), null) : (seen, written.Problem);
    }

    /// <summary>What people should know of the service.</summary>
    public IEnumerable<ConditionView> Conditions(ConsulService service)
    {
        var name = NameOf(service);
        if (_contention.Contended(name) is { } times)
        {
            yield return new(
                ContendedCondition,
                "True",
                "ChangedByOthers",
                $"{_contention.Manager(name)} changed the splits of service {service.Name} {times} times within {RouteContention.Window.TotalMinutes:0} minutes; they are written again each time, at most once a minute.");
        }

        if (_bypasses.TryGetValue(name, out var bypasses) && bypasses.Count > 0)
        {
            yield return new(BypassedCondition, "True", "ServiceRouter", string.Join(' ', bypasses));
        }
    }

    /// <summary>Nobody divides the service any more.</summary>
    public void Forget(ConsulService service)
    {
        var name = NameOf(service);
        _contention.Forget(name);
        _asked.TryRemove(name, out _);
        _bypasses.TryRemove(name, out _);
    }

    /// <summary>The subsets that a service's splitter and router name.</summary>
    public static IReadOnlyCollection<string> InUse(ConsulSight sight, string service) =>
        [.. (ConsulEntry.SplitsOf(sight.Splitter) ?? []).Select(split => split.Text("ServiceSubset")).OfType<string>(), .. RouterPlan.Subsets(sight.Router, service)];

    private static ServiceSplits Splits(ConsulService service, ConsulSight sight, ConsulVersions versions) =>
        ServiceSplits.Of(ConsulEntry.SplitsOf(sight.Splitter), versions, sight.Resolver, service.Client);

    /// <summary>The versions that get requests by their subset only now: the canary's first share or match, and everybody's when the service was not divided.</summary>
    private static List<(string Version, string Subset)> First(ServiceSplits splits, ConsulVersions versions, TrafficSplit wanted, ConsulSight sight)
    {
        var (now, weight) = (splits.Weight(), wanted.Weight);
        var first = new List<(string, string)>();
        if (now is null && weight < CanaryWeight.Full)
        {
            first.Add((versions.Stable, versions.StableSubset));
        }

        if (now is null or { BasisPoints: 0 } && (weight > CanaryWeight.Zero || (!wanted.Matches.IsEmpty && RouterNote.Of(sight.Router) is null)))
        {
            first.Add((versions.Canary!, versions.CanarySubset!));
        }

        return first;
    }

    /// <summary>Checks and subsets, before requests are sent by them.</summary>
    private async Task<(ConsulSight Sight, string? Problem)> PrepareAsync(
        ConsulService service, ConsulSight sight, ConsulPlan resolver, List<(string Version, string Subset)> first, CancellationToken cancellation)
    {
        var preflight = new ConsulPreflight(service.Client);
        if (first.Count > 0)
        {
            var found = await preflight.LookAsync(service.Name, cancellation);
            _bypasses[NameOf(service)] = found.Bypasses;
            if (found.Problem is not null)
            {
                return (sight, found.Problem);
            }
        }

        var seen = sight;
        if (resolver.Entry is not null)
        {
            var written = await service.Client.PutAsync(resolver.Entry, ConsulEntry.IndexOf(sight.Resolver), $"write service-resolver {service.Name}", cancellation);
            seen = await service.LookAgainAsync(cancellation);
            if (!written.IsDone || seen.Problem is not null)
            {
                return (seen, written.Problem ?? seen.Problem ?? $"service-resolver {service.Name} was changed by somebody else; it is read again.");
            }
        }

        foreach (var (version, subset) in first)
        {
            if (await preflight.InstancesAsync(service.Name, version, ResolverPlan.FilterOf(seen.Resolver, subset), cancellation) is { } waits)
            {
                return (seen, waits);
            }
        }

        return (seen, null);
    }

    /// <summary>Takes subsets away that nothing sends to any more. Where that fails, the next division does it, or leaving.</summary>
    private static async Task<ConsulSight> TidyAsync(ConsulService service, ConsulSight sight, ConsulVersions versions, CancellationToken cancellation)
    {
        if (sight.Problem is not null || ResolverPlan.Divide(sight.Resolver, versions, InUse(sight, service.Name)).Entry is not { } tidy)
        {
            return sight;
        }

        await service.Client.PutAsync(tidy, ConsulEntry.IndexOf(sight.Resolver), $"write service-resolver {service.Name}", cancellation);
        return await service.LookAgainAsync(cancellation);
    }

    /// <summary>Notes when somebody undid what was written last; why the service is left alone for now, or null. A canary that shall get nothing is never left alone.</summary>
    private string? Rest(ConsulService service, ConsulSight sight, bool writes, TrafficSplit wanted)
    {
        var name = NameOf(service);
        if (!writes || !_asked.TryGetValue(name, out var asked) || !IsUndone(service, sight, asked))
        {
            return null;
        }

        if (!_contention.IsNoted(name))
        {
            _contention.Note(name, sight.Splitter.Map("Meta").Text("external-source"));
        }

        var left = _contention.Recent(name) is { } recent ? recent.Last + RouteContention.Rest(recent.Times) - time.GetUtcNow() : TimeSpan.Zero;
        return wanted.GivesCanaryTraffic && left > TimeSpan.Zero
            ? $"{_contention.Manager(name)} changed the splits of service {service.Name} again; they are written again in {Math.Ceiling(left.TotalSeconds):0} s."
            : null;
    }

    private static bool IsUndone(ConsulService service, ConsulSight sight, AskedSplit asked)
    {
        var now = Splits(service, sight, asked.Versions);
        return now.Weight() != asked.Weight || (asked.Versions.Canary is not null && !now.NamesCanary)
            || RouterPlan.Read(sight.Router, asked.Versions, now.Find(SplitRole.Canary)?.Json) is not { } matches || matches != asked.Matches;
    }

    private void Asked(ConsulService service, ConsulVersions versions, CanaryWeight weight, EquatableArray<RequestMatch> matches)
    {
        var name = NameOf(service);
        _asked[name] = new(versions, weight, matches);
        _contention.Settled(name);
    }

    private static RouteTarget NameOf(ConsulService service) => new(service.Client.Name, service.Name) { Router = RouterType.Consul };

    private sealed record AskedSplit(ConsulVersions Versions, CanaryWeight Weight, EquatableArray<RequestMatch> Matches);
}
