using CanaryController.Manager.Traffic;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources;

namespace CanaryController.Manager.Standalone;

/// <summary>
/// Two rollouts never share a route: the one that had it first keeps it, the other keeps what it had, and says why. A rollout under way does not change its
/// route: the old one would keep the canary's share, and nobody would watch it.
/// </summary>
internal static class RouteOwnership
{
    /// <summary>Gives those of <paramref name="entries"/> that may not have the route they name the one they had.</summary>
    /// <param name="known">The resources before.</param>
    /// <param name="entries">The resources now; changed.</param>
    /// <param name="isUnderWay">Whether a rollout is not at rest.</param>
    /// <param name="problems">What is wrong is added here.</param>
    public static void Apply(
        IReadOnlyDictionary<RolloutKey, CatalogEntry> known,
        Dictionary<RolloutKey, CatalogEntry> entries,
        Func<RolloutKey, bool> isUnderWay,
        List<FieldProblem> problems)
    {
        var wanting = entries.Values.Where(entry => entry.Content is not null).OrderBy(entry => entry.Key).ToList();
        var refused = wanting.Where(entry => Before(entry) is { } before && before != entry.Content!.Target && isUnderWay(entry.Key)).ToDictionary(entry => entry.Key, UnderWay);

        // Who may not move needs its old route again, which somebody else may have been given: each round refuses more moves, or is the last.
        while (Refuse())
        {
        }

        foreach (var (key, problem) in refused.OrderBy(pair => pair.Key))
        {
            problems.Add(problem);
            entries[key] = entries[key] with { Content = known.GetValueOrDefault(key)?.Content, Problems = [.. entries[key].Problems, problem] };
        }

        bool Refuse()
        {
            var owners = new Dictionary<RouteTarget, RolloutKey>();
            var moved = false;
            foreach (var entry in wanting.Where(entry => Before(entry) is not null || !refused.ContainsKey(entry.Key)).OrderBy(Rank))
            {
                var target = refused.ContainsKey(entry.Key) ? Before(entry)!.Value : entry.Content!.Target;
                if (!owners.TryAdd(target, entry.Key))
                {
                    refused.Add(entry.Key, Taken(entry, owners[target]));
                    moved |= Before(entry) is not null;
                }
            }

            return moved;
        }

        // First who stays, then who moves, then who is new.
        int Rank(CatalogEntry entry) => Before(entry) is not { } before ? 2 : refused.ContainsKey(entry.Key) || before == entry.Content!.Target ? 0 : 1;

        RouteTarget? Before(CatalogEntry entry) => known.GetValueOrDefault(entry.Key)?.Content?.Target;
    }

    private static FieldProblem Taken(CatalogEntry entry, RolloutKey owner) => new(
        Path(entry),
        entry.Content!.Target.Route,
        $"The {Noun(entry)} {entry.Content.Target.Route} of {entry.Content.Target.Router} {entry.Content.Target.Gateway} belongs to the rollout {owner} already.",
        $"Name another {Noun(entry)}, or remove one of the two rollouts.",
        entry.File);

    private static FieldProblem UnderWay(CatalogEntry entry) => new(
        Path(entry),
        entry.Content!.Target.Route,
        $"The {Noun(entry)} cannot change while a revision is under way: the old one would keep the canary's share.",
        "Wait for the end of the rollout, or abort it; the change is taken over then.",
        entry.File);

    private static string Noun(CatalogEntry entry) => entry.Content!.Target.Router switch
    {
        RouterType.Consul => "service",
        RouterType.HAProxy => "backend",
        RouterType.Gateway or RouterType.GatewayAPI or RouterType.ReplicaRatio or RouterType.Istio or RouterType.Linkerd or RouterType.SMI or RouterType.Traefik or RouterType.Contour or RouterType.IngressNginx => "route",
    };

    private static string Path(CatalogEntry entry) => entry.Content!.Target.Router switch
    {
        RouterType.Consul => "spec.traffic.consul.service",
        RouterType.HAProxy => "spec.traffic.haproxy.backend",
        RouterType.Gateway or RouterType.GatewayAPI or RouterType.ReplicaRatio or RouterType.Istio or RouterType.Linkerd or RouterType.SMI or RouterType.Traefik or RouterType.Contour or RouterType.IngressNginx => "spec.traffic.gateway.route",
    };
}
