using CanaryController.Core.Traffic;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>What a service's entries and instances say, in the planner's words.</summary>
internal static class ConsulReading
{
    /// <summary>
    /// Reads. A service that is not divided yet sends to instances of every version, so what it carries does not count as known: it is divided as soon as somebody leads it, all to stable, before
    /// anybody starts a canary that would get requests by accident.
    /// </summary>
    public static RouteReading Of(ConsulSight sight, ConsulVersions versions, ConsulClient client, IEnumerable<ConditionView> conditions)
    {
        if (sight.Problem is { } problem)
        {
            return RouteReading.Unknown(problem);
        }

        var splits = ServiceSplits.Of(ConsulEntry.SplitsOf(sight.Splitter), versions, sight.Resolver, client);
        var counts = sight.Instances is { } instances ? ConsulInstances.Count(instances, versions, sight.Resolver) : new Dictionary<string, VersionInstances>();
        var (split, wrong) = Carried(splits, sight, versions);

        // Without the instances nobody may conclude that there are none: the split does not count as known then, and the weight stays.
        var isKnown = split is not null && sight.InstancesProblem is null;
        var home = TrafficSplit.AllTo(versions.Stable);
        return new(new(isKnown ? split : null, isKnown, wrong ?? sight.InstancesProblem), counts)
        {
            Basis = sight.Basis,
            Conditions = [.. conditions],
            Found = splits.IsWhole ? home : split,
            WithoutMissing = splits.IsWhole ? new(home, true, null) : null,
        };
    }

    private static (TrafficSplit? Split, string? Problem) Carried(ServiceSplits splits, ConsulSight sight, ConsulVersions versions)
    {
        if (splits.IsWhole)
        {
            return (null, null);
        }

        if (splits.Weight() is not { } weight)
        {
            return (null, splits.Foreign() ?? $"service-splitter {versions.Service} divides otherwise than this rollout: {splits.Describe()}.");
        }

        foreach (var (version, subset) in versions.All)
        {
            if (splits.All.Any(each => each.Json.Text("ServiceSubset") == subset) && !ResolverPlan.Selects(sight.Resolver, subset, version))
            {
                return (null, ResolverPlan.NotTheVersions(versions.Service, subset, version));
            }
        }

        return RouterPlan.Read(sight.Router, versions, splits.Find(SplitRole.Canary)?.Json) is { } matches
            ? (new(versions.Stable, splits.NamesCanary ? versions.Canary : null, weight, matches), null)
            : (null, $"The routes of service-router {versions.Service} that match requests are not as they were written: they are written again.");
    }
}
