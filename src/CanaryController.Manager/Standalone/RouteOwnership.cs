using CanaryController.Manager.Traffic;
using CanaryController.Resources;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Standalone;

/// <summary>Two rollouts never share a route: the one that had it first keeps it, the other keeps what it had, and says why.</summary>
internal static class RouteOwnership
{
    /// <summary>Takes the routes that are taken away from <paramref name="entries"/>.</summary>
    public static void Apply(
        IReadOnlyDictionary<RolloutKey, CatalogEntry> known, Dictionary<RolloutKey, CatalogEntry> entries, List<FieldProblem> problems)
    {
        var owners = new Dictionary<RouteTarget, RolloutKey>();
        foreach (var entry in entries.Values.Where(entry => entry.Content is not null).OrderBy(Rank).ThenBy(entry => entry.Key).ToList())
        {
            var target = entry.Content!.Target;
            if (owners.TryAdd(target, entry.Key))
            {
                continue;
            }

            var problem = Taken(entry, owners[target]);
            problems.Add(problem);
            var before = known.GetValueOrDefault(entry.Key)?.Content;
            var keeps = before is not null && owners.TryAdd(before.Target, entry.Key) ? before : null;
            entries[entry.Key] = entry with { Content = keeps, Problems = [.. entry.Problems, problem] };
        }

        int Rank(CatalogEntry entry) => known.GetValueOrDefault(entry.Key)?.Content?.Target == entry.Content!.Target ? 0 : 1;
    }

    private static FieldProblem Taken(CatalogEntry entry, RolloutKey owner) => new(
        "spec.traffic.gateway.route",
        entry.Content!.Target.Route,
        $"The route {entry.Content.Target.Route} of the gateway {entry.Content.Target.Gateway} belongs to the rollout {owner} already.",
        "Name another route, or remove one of the two rollouts.",
        entry.File);
}
